/// The columns of a shard set's two kinds of files, and where each column's buffers stand.
///
///     data-00000-of-00002.arrow    what trainers need            rows-00000-of-00002.arrow
///     input_ids       list<int32>                                id        utf8
///     attention_mask  list<int8>     all 1: rows are not padded  template  utf8
///     labels          list<int32>    −100 = ignore index         text      utf8, as rendered
///                                                                language  utf8, "" if unknown
///     Row i of a rows file belongs to row i of the data file     source    utf8, "" if unknown
///     of the same number, and so do their record batches.        tags      list<utf8>
///                                                                spans     list<struct<…>>
///
/// A span is `message` int32 (−1: none), `role` utf8 ("": none), `kind` utf8, `byte_start`,
/// `byte_end`, `token_start`, `token_end` int32, `supervised` bool, `weight` float32: the weight of
/// its tokens in the loss. Spans cover all bytes of `text` and all tokens, in order.
enum ShardSchema {
  /// The schema of data files.
  static let data = ArrowSchema(fields: [
    ArrowField("input_ids", .list(.int32)), ArrowField("attention_mask", .list(.int8)),
    ArrowField("labels", .list(.int32)),
  ])

  /// The schema of rows files.
  static let rows = ArrowSchema(fields: [
    ArrowField("id", .utf8), ArrowField("template", .utf8), ArrowField("text", .utf8),
    ArrowField("language", .utf8), ArrowField("source", .utf8), ArrowField("tags", .list(.utf8)),
    ArrowField(
      "spans",
      .list(
        .structure([
          ArrowField("message", .int32), ArrowField("role", .utf8), ArrowField("kind", .utf8),
          ArrowField("byte_start", .int32), ArrowField("byte_end", .int32),
          ArrowField("token_start", .int32), ArrowField("token_end", .int32),
          ArrowField("supervised", .bool), ArrowField("weight", .float32),
        ]))),
  ])

  /// The numbers of the columns' first buffers in a data file: a list has two buffers, a list's
  /// elements two more.
  enum DataBuffer {
    static let inputIDs = 0
    static let inputIDValues = 2
    static let attentionMask = 4
    static let attentionMaskValues = 6
    static let labels = 8
    static let labelValues = 10
  }

  /// The numbers of the columns' first buffers in a rows file: a string has three buffers, a
  /// structure one.
  enum RowBuffer {
    static let id = 0
    static let template = 3
    static let text = 6
    static let language = 9
    static let source = 12
    static let tags = 15
    static let tagValues = 17
    static let spans = 20
    static let message = 23
    static let role = 25
    static let kind = 28
    static let byteStart = 31
    static let byteEnd = 33
    static let tokenStart = 35
    static let tokenEnd = 37
    static let supervised = 39
    static let weight = 41
  }
}
