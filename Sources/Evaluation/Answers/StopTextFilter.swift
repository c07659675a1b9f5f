/// Finds the texts at which an answer is to stop, while the answer still grows.
///
///     stop texts ["\n\n", "###"], pieces "one", " #", "##two"  →  "one", " ", stop at "###"
///
/// What could be the beginning of a stop text is held back until it is known. Texts are compared
/// scalar by scalar: Swift's `String` would call different spellings equal.
struct StopTextFilter: Sendable {
  /// The stop text that was met.
  private(set) var stop: String?
  private let stops: [(text: String, scalars: [Unicode.Scalar])]
  private var held: [Unicode.Scalar] = []

  /// A filter for `stops`; empty ones are passed over.
  init(_ stops: [String]) {
    self.stops = stops.filter { !$0.isEmpty }.map { ($0, Array($0.unicodeScalars)) }
  }

  /// Takes the next piece and gives what surely belongs to the answer.
  mutating func take(_ piece: String) -> String {
    guard stop == nil else { return "" }
    held += piece.unicodeScalars
    var start = 0
    while start < held.count {
      let rest = held[start...]
      if let met = stops.first(where: { rest.starts(with: $0.scalars) }) {
        stop = met.text
        return release(start)
      }
      if stops.contains(where: { $0.scalars.starts(with: rest) }) { break }
      start += 1
    }
    return release(start)
  }

  /// Gives what was held back when nothing more comes.
  mutating func finish() -> String { stop == nil ? release(held.count) : "" }

  private mutating func release(_ count: Int) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: held.prefix(count))
    held.removeFirst(count)
    return String(text)
  }
}
