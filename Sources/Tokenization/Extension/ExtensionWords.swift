import Orthography

/// The different Kannada and Telugu words of a corpus with their counts.
struct ExtensionWords: Sendable {
  /// The words, as pretokens: with the space before them, if there was one.
  private(set) var words = ByteStringTable()
  /// How often each stands in the corpus.
  private(set) var counts: [Int] = []
  /// How often a word of each script stands in the corpus.
  private(set) var totals = [Int](repeating: 0, count: IndicScript.allCases.count)
  private let pretokenizer: Pretokenizer

  init(_ pretokenizer: Pretokenizer) { self.pretokenizer = pretokenizer }

  /// Counts the words of a document; everything else in it is passed over.
  mutating func consume(_ bytes: UnsafeBufferPointer<UInt8>) {
    var start = 0
    PretokenScanner(bytes, pretokenizer).forEach { end, isPretoken in
      if isPretoken { count(UnsafeBufferPointer(rebasing: bytes[start..<end])) }
      start = end
    }
  }

  private mutating func count(_ pretoken: UnsafeBufferPointer<UInt8>) {
    guard let script = IndicScript(firstIn: pretoken) else { return }
    totals[script.rawValue] += 1
    let (index, isNew) = words.insert(pretoken)
    if isNew { counts.append(1) } else { counts[index] += 1 }
  }
}
