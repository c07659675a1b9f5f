import Artifacts

/// Shows how a stream of documents is cut into pretokens.
public struct PretokenStream {
  /// How pretokens are written.
  public enum Format: Sendable {
    /// The text with `|` between its pieces.
    case text
    /// A JSON object: `ends`, the byte offsets behind the pieces, and `removed`, the numbers of the
    /// pieces that belong to no pretoken.
    case json
  }

  private let pretokenizer: Pretokenizer
  private static let outputSize = 1 << 20

  /// A stream through `pretokenizer`.
  public init(_ pretokenizer: Pretokenizer) { self.pretokenizer = pretokenizer }

  /// Writes a line for each document.
  ///
  /// - Throws: what `reader` and `write` throw; `invalidOption` if `AKSHARA_ISA` names nothing that
  ///   this machine has.
  public func run(
    from reader: DocumentReader, as format: Format, write: ([UInt8]) throws -> Void
  ) throws {
    // The scanner cannot throw; it takes the best instead.
    _ = try TextInstructions.chosen()
    var output: [UInt8] = []
    while let document = try reader.next() {
      let pieces = pretokenizer.pieces(of: document)
      switch format {
      case .text: output += pieces.map { document[$0.range] }.joined(separator: "|".utf8)
      case .json: output += Self.json(pieces).compact
      }
      output.append(UInt8(ascii: "\n"))
      guard output.count > Self.outputSize else { continue }
      try write(output)
      output.removeAll(keepingCapacity: true)
    }
    if !output.isEmpty { try write(output) }
  }

  private static func json(_ pieces: [(range: Range<Int>, isPretoken: Bool)]) -> JSONValue {
    let removed = pieces.indices.filter { !pieces[$0].isPretoken }
    return [
      "ends": .array(pieces.map { JSONValue($0.range.upperBound) }),
      "removed": .array(removed.map { JSONValue($0) }),
    ]
  }
}
