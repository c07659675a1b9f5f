internal import Artifacts
package import Tokenization

/// What can be said of a row only with the set's tokenizer: its faults, where its tokens lie, and
/// whether control tokens' texts stand in its messages.
package struct RowInspector: Sendable {
  /// The tokenizer of the set.
  package let tokenizer: any Tokenizer
  private let checker: RowChecker
  private let scanner: ControlTextScanner

  /// An inspector of a set's rows.
  ///
  /// - Throws: `checkFailed` if the tokenizer is not the set's.
  package init(_ manifest: ShardManifest, tokenizer: any Tokenizer, at path: String) throws {
    guard tokenizer.digest == manifest.tokenizerDigest else {
      throw AksharaError(
        .checkFailed,
        "the set was made with the tokenizer \(manifest.tokenizerDigest), not with "
          + "\(tokenizer.digest)", at: SourceLocation(file: path),
        remedy: "name the right one with --tokenizer")
    }
    self.tokenizer = tokenizer
    checker = RowChecker(manifest, tokenizer: tokenizer)
    scanner = ControlTextScanner(tokenizer)
  }

  /// The tokenizer of a set: the file that is named, else the set's own copy; `nil` if it has none.
  ///
  /// - Throws: as `BPETokenizer(contentsOf:)`.
  package static func tokenizer(of folder: String, named file: String?) throws -> BPETokenizer? {
    if let file { return try BPETokenizer(contentsOf: file) }
    return try ShardVerifier.ownTokenizer(in: folder).map { try BPETokenizer(contentsOf: $0) }
  }

  /// What is wrong with a row: each fault once, with where it was found first.
  package func faults(of row: ShardRow) -> [(fault: SupervisionProof.Fault, detail: String)] {
    guard !checker.isPlain(row.batch, row.index) else { return [] }
    var seen: Set<SupervisionProof.Fault> = []
    return checker.check(row.batch, row.index).0.filter { seen.insert($0.fault).inserted }
      .map { (fault: $0.fault, detail: $0.detail) }
  }

  /// Whether the text of a control token stands in a message of the row, where it stays text.
  package func hasControlText(_ row: ShardRow) -> Bool {
    let (spans, text) = (row.batch.spanTable, row.text)
    return spans.range(ofRow: row.index).contains { index in
      guard let span = spans[index], span.kind.isSaid, span.bytes.upperBound <= text.count else {
        return false
      }
      return scanner.isFound(in: UnsafeRawBufferPointer(rebasing: text[span.bytes]))
    }
  }
}
