import Artifacts

/// Runs a tokenizer over a stream of documents.
public struct TokenStream {
  /// How tokens are written.
  public enum Format: Sendable {
    /// IDs separated by spaces.
    case ids
    /// A JSON object with `ids` and `ends`.
    case json
  }

  private let tokenizer: BPETokenizer
  private static let outputSize = 1 << 20

  /// A stream through `tokenizer`.
  public init(_ tokenizer: BPETokenizer) { self.tokenizer = tokenizer }

  /// Writes a line of tokens for each document.
  ///
  /// - Throws: what `reader` and `write` throw.
  public func encode(
    from reader: DocumentReader, specials: SpecialTokenPolicy, as format: Format,
    write: ([UInt8]) throws -> Void
  ) throws {
    var output: [UInt8] = []
    while let document = try reader.next() {
      let encoding = tokenizer.encode(document, specials: specials)
      switch format {
      case .ids: TokenLine.append(encoding.ids, to: &output)
      case .json: TokenLine.append(json: encoding, to: &output)
      }
      try flush(&output, above: Self.outputSize, write)
    }
    try flush(&output, above: 0, write)
  }

  /// Writes the document of each line of tokens, with `separator` behind it.
  ///
  /// - Throws: `malformed` for a line that is not token IDs; what `reader` and `write` throw.
  public func decode(
    from reader: DocumentReader, separator: [UInt8], write: ([UInt8]) throws -> Void
  ) throws {
    var output: [UInt8] = []
    while let line = try reader.next() {
      let ids = try TokenLine.ids(
        line, vocabularyCount: tokenizer.vocabularyCount, at: reader.location)
      output += tokenizer.decode(ids)
      output += separator
      try flush(&output, above: Self.outputSize, write)
    }
    try flush(&output, above: 0, write)
  }

  private func flush(
    _ output: inout [UInt8], above size: Int, _ write: ([UInt8]) throws -> Void
  ) throws {
    guard output.count > size else { return }
    try write(output)
    output.removeAll(keepingCapacity: true)
  }
}
