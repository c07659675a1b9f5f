internal import Artifacts
package import Conversations
internal import Tokenization

/// Paints rows of a set on a terminal.
package struct LabelGallery: Sendable {
  private let shards: ShardSet
  private let tokenizer: any Tokenizer
  private let painter: LabelPainter

  /// A gallery of a set.
  ///
  /// - Parameter tokenizer: a file; `nil` takes the set's own copy.
  /// - Throws: `missingFile` if the set has none; `checkFailed` if it is not the set's.
  package init(
    _ shards: ShardSet, tokenizer file: String?, options: LabelPainter.Options
  ) throws {
    guard let tokenizer = try RowInspector.tokenizer(of: shards.path, named: file) else {
      throw AksharaError(
        .missingFile, "the set holds no copy of its tokenizer",
        at: SourceLocation(file: shards.path), remedy: "name the tokenizer's file with --tokenizer")
    }
    self.tokenizer =
      try RowInspector(shards.manifest, tokenizer: tokenizer, at: shards.path).tokenizer
    self.shards = shards
    painter = LabelPainter(options)
  }

  /// A row, painted.
  ///
  /// - Throws: `malformed` if the row cannot be read.
  package func paint(_ split: Split, _ row: Int) throws -> String {
    let shown = shards.shardRow(split, row)
    let record = try shown.record()
    let picture = RowPicture(record.sample, padding: shown.padding, tokenizer: tokenizer)
    return painter.paint(record.sample, picture, split, row: row)
  }
}
