package import Conversations
internal import Tokenization

/// A row of an opened set, read in place: what lists and filters need, without copying the row.
///
/// The buffers that it gives are valid as long as the row itself is kept.
package struct ShardRow: Sendable {
  let batch: ShardBatch
  let index: Int

  /// The conversation's ID.
  package var id: String { batch.id(index) }
  /// The template's name.
  package var template: String { batch.template(index) }
  /// The language; empty where it is not known.
  package var language: String { batch.language(index) }
  /// The source; empty where it is not known.
  package var source: String { batch.source(index) }
  /// The tags.
  package var tags: [String] { batch.tags(index) }
  /// The rendered text, UTF-8.
  package var text: UnsafeRawBufferPointer { batch.text(index) }
  /// How many tokens the row has.
  package var tokenCount: Int { batch.labels(index).count }
  /// How many of them are trained on.
  ///
  /// - Complexity: O(tokens).
  package var supervisedCount: Int { batch.labels(index).count { $0 != ignoreIndex } }

  /// The row with text and spans, copied.
  ///
  /// - Throws: `malformed` if a span's role or kind is unknown, or its ranges lie outside.
  package func record() throws -> ShardRecord { try batch.record(index) }

  /// The spans.
  ///
  /// - Throws: as `record()`.
  package func spans() throws -> [SampleSpan] { try batch.spans(index) }

  /// The tokens that only fill up, where the attention mask is 0: none in a set of ours.
  package var padding: [Int] {
    let mask = batch.attentionMask(index)
    return mask.indices.filter { mask[$0] == 0 }
  }
}

extension ShardSet {
  /// A row, read in place.
  ///
  /// - Precondition: `index` is below `rowCount(split)`.
  package func shardRow(_ split: Split, _ index: Int) -> ShardRow {
    let (batch, row) = place(split, index)
    return ShardRow(batch: batch, index: row)
  }
}
