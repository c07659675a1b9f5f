internal import Conversations
internal import Foundation
internal import Tokenization

/// Finds out quickly that a row has no fault, which nearly every row has not.
///
/// One walk over spans, tokens and bytes where they lie in the file, in which everything that
/// `RowChecker` looks at is looked at:
///
///     spans     header        content   end of turn      cover all tokens and all bytes, in order
///     tokens    3 of them     4         1                decode to the span's bytes, none across
///     labels    −100          tokens    token            all of a span the one or the other
///     control   the template's, not in content; one end token a trained message, the template's
///
/// A row with a fault, and one that needs a closer look (tokens across borders or without bytes,
/// normalized text, prefixes, cut answers), is not said to hold: those go to `RowChecker`, which says
/// what is wrong. So this decides nothing but how long it takes.
struct PlainRowCheck: Sendable {
  /// A template's name and control tokens. A class, so that a row that names its template counts one
  /// reference.
  final class Template: Sendable {
    /// Its name.
    let name: [UInt8]
    /// The token that opens sequences.
    let begin: TokenID?
    /// The token that ends messages.
    let endOfTurn: TokenID?
    /// All of them.
    let all: [TokenID]

    init(name: [UInt8], begin: TokenID?, endOfTurn: TokenID?, all: [TokenID]) {
      (self.name, self.begin, self.endOfTurn, self.all) = (name, begin, endOfTurn, all)
    }
  }

  private let options: FormatOptions
  private let templates: [Template]
  private let words: TokenWords

  /// A check of rows that were made with `options`; `nil` where rows always need a closer look.
  init?(_ options: FormatOptions, _ templates: [Template], _ table: TokenTable) {
    // Begin tokens are counted among the control tokens.
    guard options.trainOnEOS == .turn,
      templates.allSatisfy({ $0.begin.map(table.isSpecial) ?? true })
    else { return nil }
    self.options = options
    self.templates = templates
    words = TokenWords(table)
  }

  /// The number of supervised tokens of row `index`, if it has no fault, and nothing to note.
  ///
  /// - Parameter spans: those of `batch`.
  func supervisedCount(_ batch: ShardBatch, _ spans: SpanTable, _ index: Int) -> Int? {
    let ids = batch.inputIDs(index)
    let name = batch.templateBytes(index)
    guard !ids.isEmpty, ids.count <= options.maxLength,
      batch.attentionMask(index).holdsOnly(1),
      let template = templates.first(where: { name.equals($0.name) })
    else { return nil }
    let row = Row(
      ids: ids, labels: batch.labels(index), text: batch.text(index), template: template)
    return supervisedCount(row, spans, spans.range(ofRow: index))
  }

  private struct Row {
    let ids: UnsafeBufferPointer<TokenID>
    let labels: UnsafeBufferPointer<TokenID>
    let text: UnsafeRawBufferPointer
    let template: Template

    /// Whether it has `begins` begin tokens where it must have one, in front.
    func opens(with begins: Int) -> Bool {
      guard let begin = template.begin, begin != template.endOfTurn else { return true }
      return begins == 1 && ids[0] == begin
    }
  }

  private func supervisedCount(_ row: Row, _ spans: SpanTable, _ range: Range<Int>) -> Int? {
    var (token, byte) = (0, 0)
    var message = MessageState()
    var (supervised, begins) = (0, 0)
    for index in range {
      guard let span = spans[index], span.tokens.lowerBound == token,
        span.bytes.lowerBound == byte, span.tokens.upperBound <= row.ids.count,
        span.bytes.upperBound <= row.text.count, message.enter(span, options),
        tokensAreText(row, span, &begins), labelsFit(row, span)
      else { return nil }
      if span.supervised { supervised += span.tokens.count }
      if span.kind == .endOfTurn {
        message.ends += 1
        message.endIsRight =
          span.supervised && span.tokens.count == 1 && row.ids[token] == row.template.endOfTurn
      }
      (token, byte) = (span.tokens.upperBound, span.bytes.upperBound)
    }
    let isWhole = token == row.ids.count && byte == row.text.count
    return message.isRight && supervised > 0 && isWhole && row.opens(with: begins)
      ? supervised : nil
  }

  /// What was seen of one message: if it is trained on, it must have one end token, the template's,
  /// which is trained on, too.
  private struct MessageState {
    private var number: Int32 = -1
    private var isTrained = false
    var ends = 0
    var endIsRight = false

    var isRight: Bool { !isTrained || ends == 1 && endIsRight }

    /// Goes on to a span; `false` if its message came before another, the message before it was not
    /// right, or it must not be trained on as it is.
    mutating func enter(_ span: SpanTable.Span, _ options: FormatOptions) -> Bool {
      let isFrame = !span.kind.isSaid && span.kind != .endOfTurn
      if span.message != number, span.message >= 0 {
        guard isRight, span.message > number else { return false }
        self = MessageState()
        number = span.message
      }
      guard span.message >= 0 || isFrame else { return false }
      guard span.supervised else { return true }
      guard span.weight > 0, span.weight.isFinite else { return false }
      guard !isFrame else { return options.trainOn == .all }
      isTrained = true
      return true
    }
  }

  /// Whether the span's tokens decode to its bytes, and nothing to more, and control tokens are the
  /// template's and stand in no content. Begin tokens are added to `begins`.
  private func tokensAreText(_ row: Row, _ span: SpanTable.Span, _ begins: inout Int) -> Bool {
    words.fill(
      span.bytes, of: row.text, with: UnsafeBufferPointer(rebasing: row.ids[span.tokens]),
      allowed: span.kind == .content ? nil : row.template, &begins)
  }

  private func labelsFit(_ row: Row, _ span: SpanTable.Span) -> Bool {
    let labels = UnsafeBufferPointer(rebasing: row.labels[span.tokens])
    guard span.supervised else { return labels.holdsOnly(ignoreIndex) }
    guard let first = labels.baseAddress, !labels.isEmpty else { return true }
    let tokens = UnsafeBufferPointer(rebasing: row.ids[span.tokens])
    return tokens.baseAddress.map {
      memcmp(first, $0, labels.count * MemoryLayout<TokenID>.stride) == 0
    } ?? true
  }
}

extension UnsafeBufferPointer where Element: FixedWidthInteger {
  /// Whether every element is `value`; all are looked at, some at once.
  func holdsOnly(_ value: Element) -> Bool {
    var difference: Element = 0
    for element in self { difference |= element ^ value }
    return difference == 0
  }

  /// How many elements are `value`. No column has more than 2³¹, so that a sum may be as wide as they are.
  func count(of value: Int32) -> Int where Element == Int32 {
    var count: Int32 = 0
    for element in self { count &+= element == value ? 1 : 0 }
    return Int(count)
  }
}
