internal import Conversations
internal import Tokenization

/// A row while it is checked: which spans each token reaches into.
///
///     text    assistant\n\n│\nನಮಸ್ಕಾರ        spans 4 and 5 meet at │
///     tokens  … [\n\n\n] …                  the token's reach is 4...5
///
/// Where each token lies follows from the bytes that it decodes to, which must be the text, byte for
/// byte. A tokenizer may change text before it encodes it; four such changes are known:
///
/// - a space in front of a text (SentencePiece's dummy prefix), which stands for no byte of it;
/// - a control token that takes the white space behind it (Phi-3's), which then has no tokens;
/// - U+2581, by which SentencePiece writes a space, in a text: it is taken for one;
/// - a normalizer (NFC in Qwen's), after which the tokens of each span, or of some where a token lies
///   across their borders, must decode to text that is canonically equivalent to theirs, as Unicode 17
///   chapter 3.7 says; Swift compares strings so.
struct RowFacts {
  let ids: UnsafeBufferPointer<TokenID>
  let labels: UnsafeBufferPointer<TokenID>
  let text: UnsafeRawBufferPointer
  let spans: [SampleSpan]
  /// The first and the last span that each token has a byte of.
  private(set) var reach: [(first: Int32, last: Int32)] = []
  /// Whether the tokens decode to another spelling of the text.
  private(set) var isNormalized = false

  init(
    ids: UnsafeBufferPointer<TokenID>, labels: UnsafeBufferPointer<TokenID>,
    text: UnsafeRawBufferPointer, spans: [SampleSpan]
  ) {
    self.ids = ids
    self.labels = labels
    self.text = text
    self.spans = spans
  }

  /// Finds each token's place; `false` if the tokens are not the text.
  mutating func place(with table: TokenTable) -> Bool {
    if placeExactly(with: table) || placeWithSpaces(table) {
      isNormalized = table.takesBlockForSpace && text.indices.contains(where: isBlock)
      return true
    }
    isNormalized = placeBySpans(with: table)
    return isNormalized
  }

  // MARK: Byte for byte

  private mutating func placeExactly(with table: TokenTable) -> Bool {
    reach.removeAll(keepingCapacity: true)
    reach.reserveCapacity(ids.count)
    var (end, span) = (0, 0)
    for id in ids {
      guard let count = match(id, at: end, dropping: 0, in: table) else { return false }
      span = appendReach(end..<end + count, from: span)
      end += count
    }
    return end == text.count
  }

  /// As `placeExactly`, where the tokenizer has put a space before each text that it was given: behind an
  /// added token, a control token or one as `<think>`, and where a span begins that was encoded by itself;
  /// and where control tokens take the white space behind them.
  private mutating func placeWithSpaces(_ table: TokenTable) -> Bool {
    guard table.addsSpace || table.hasTakers else { return false }
    reach.removeAll(keepingCapacity: true)
    var (end, span, index) = (0, 0, 0)
    var starts = Dictionary(
      spans.map { ($0.tokens.lowerBound, $0.bytes.lowerBound) }, uniquingKeysWith: { $1 })
    starts[ids.count] = text.count
    while index < ids.count {
      var next = index + 1
      while next < ids.count, !table.isAdded(ids[next - 1]), !table.isAdded(ids[next]),
        starts[next] == nil
      { next += 1 }
      guard let fit = fit(index..<next, behind: end, starts, in: table) else { return false }
      end = fit.start
      for count in fit.counts {
        span = appendReach(end..<end + count, from: span)
        end += count
      }
      index = next
    }
    return places(of: ids.count, behind: end, starts, in: table).contains(text.count)
  }

  /// Where tokens begin behind `end`, and how many bytes each of them covers; `nil` if they are not what
  /// stands there.
  ///
  /// A token of spaces alone fits with and without a prefix; then the next span's beginning decides, or
  /// the added token behind them.
  private func fit(
    _ tokens: Range<Int>, behind end: Int, _ starts: [Int: Int], in table: TokenTable
  ) -> (start: Int, counts: [Int])? {
    for start in places(of: tokens.lowerBound, behind: end, starts, in: table) {
      let fitting = (table.addsSpace ? [1, 0] : [0]).compactMap {
        matches(tokens, at: start, dropping: $0, in: table)
      }
      let exact = fitting.first {
        meets(tokens.upperBound, at: start + $0.reduce(0, +), starts, in: table)
      }
      if let counts = exact ?? fitting.first { return (start, counts) }
    }
    return nil
  }

  /// Whether a token is known to begin at `offset`: a span does there, or it is an added one, whose text it
  /// is.
  private func meets(
    _ index: Int, at offset: Int, _ starts: [Int: Int], in table: TokenTable
  ) -> Bool {
    if let start = starts[index] { return start == offset }
    return table.isAdded(ids[index]) && match(ids[index], at: offset, dropping: 0, in: table) != nil
  }

  /// Where a token may begin behind the offset `end`: there, or, where the token before it takes white
  /// space, behind some of that: all that stands before the token's span, and as much in it as is needed.
  private func places(
    of index: Int, behind end: Int, _ starts: [Int: Int], in table: TokenTable
  ) -> ClosedRange<Int> {
    guard index > 0, table.takesSpace(ids[index - 1]) else { return end...end }
    let limit = PythonWhitespace.end(ofSpaceFrom: end, in: text)
    let start = starts[index] ?? end
    return ((end...limit).contains(start) ? start : end)...limit
  }

  /// How many bytes of the text each of `tokens` covers; `nil` if they are not what stands there.
  private func matches(
    _ tokens: Range<Int>, at start: Int, dropping: Int, in table: TokenTable
  ) -> [Int]? {
    var end = start
    var counts: [Int] = []
    for index in tokens {
      let drop = index == tokens.lowerBound ? dropping : 0
      guard let count = match(ids[index], at: end, dropping: drop, in: table) else { return nil }
      counts.append(count)
      end += count
    }
    return counts
  }

  /// How many bytes a token has at `start`, after `dropping` spaces; `nil` if others stand there.
  private func match(
    _ id: TokenID, at start: Int, dropping: Int, in table: TokenTable
  ) -> Int? {
    guard !table.isUnused(id) else { return nil }
    return table.withBytes(of: id) { bytes in
      guard dropping == 0 || bytes.first == UInt8(ascii: " ") else { return nil }
      var place = start
      for byte in bytes.dropFirst(dropping) {
        if place < text.count, text[place] == byte {
          place += 1
        } else if byte == UInt8(ascii: " "), table.takesBlockForSpace, isBlock(place) {
          place += Self.block.count
        } else {
          return nil
        }
      }
      return place - start
    }
  }

  /// Whether U+2581 stands at an offset.
  private func isBlock(_ place: Int) -> Bool {
    place + Self.block.count <= text.count
      && Self.block.indices.allSatisfy { text[place + $0] == Self.block[$0] }
  }

  private static let block = Array("\u{2581}".utf8)

  /// Notes the spans that hold a byte of `range`, of which none ends before span `first` does.
  ///
  /// - Returns: where to look for the next token's spans.
  private mutating func appendReach(_ range: Range<Int>, from first: Int) -> Int {
    var low = min(first, spans.count - 1)
    while low + 1 < spans.count, spans[low].bytes.upperBound <= range.lowerBound { low += 1 }
    var high = low
    while high + 1 < spans.count, spans[high].bytes.upperBound < range.upperBound { high += 1 }
    reach.append((Int32(low), Int32(high)))
    return low
  }

  // MARK: Span by span

  private mutating func placeBySpans(with table: TokenTable) -> Bool {
    reach.removeAll(keepingCapacity: true)
    var first = 0
    while first < spans.count {
      let candidates = first..<min(spans.count, first + Self.mostJoined)
      guard let last = candidates.first(where: { areText(first...$0, table) }) else { return false }
      for _ in spans[first].tokens.lowerBound..<spans[last].tokens.upperBound {
        reach.append((Int32(first), Int32(last)))
      }
      first = last + 1
    }
    return reach.count == ids.count
  }

  /// Of so many spans at most a token may lie across the borders.
  private static let mostJoined = 4

  /// Whether the tokens of some spans decode to another spelling of their text.
  private func areText(_ range: ClosedRange<Int>, _ table: TokenTable) -> Bool {
    let (first, last) = (spans[range.lowerBound], spans[range.upperBound])
    let bytes = first.bytes.lowerBound..<last.bytes.upperBound
    let own = String(decoding: text[bytes], as: UTF8.self)
    let tokens = first.tokens.lowerBound..<last.tokens.upperBound
    var decoded = table.decode(ids[tokens])[...]
    if table.addsSpace, decoded.first == UInt8(ascii: " "), own.first != " " {
      decoded = decoded.dropFirst()
    }
    return String(validating: decoded, as: UTF8.self) == own
  }

  // MARK: Messages

  /// The messages of which content or end is supervised, in order.
  var supervisedMessages: [Int] {
    var messages: [Int] = []
    for span in spans where span.supervised && !span.isFrame {
      if let message = span.message, messages.last != message { messages.append(message) }
    }
    return messages
  }

  /// Whether nothing of another message stands behind `message`.
  func isLast(_ message: Int) -> Bool {
    spans.last { $0.message != nil }?.message == message
  }

  /// Whether an answer's text follows the message's own, with nothing but white space between them.
  func isContinued(_ message: Int) -> Bool {
    guard let last = spans.lastIndex(where: { $0.message == message && $0.kind.isSaid }) else {
      return false
    }
    let next = spans[(last + 1)...].first { $0.kind.isSaid || !isBlank($0) }
    return next.map { $0.isAnswer && ($0.message ?? -1) > message } ?? false
  }

  private func isBlank(_ span: SampleSpan) -> Bool {
    text[span.bytes].allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  /// Whether an answer stands before all other messages.
  var beginsWithAnswer: Bool { spans.first { $0.message != nil }?.role == .assistant }

  /// Whether the message is one that its template does not end: no message of its role in the row has
  /// an end token, or it is one of several tool results that end together.
  func isPrompt(_ message: Int) -> Bool {
    guard let role = spans.first(where: { $0.message == message })?.role, role != .assistant else {
      return false
    }
    let ends = spans.filter { $0.role == role && $0.kind == .endOfTurn }
    return ends.isEmpty || role == .tool && !ends.contains { $0.message == message }
  }
}

extension SampleSpan {
  /// Whether it is the template's own text around a message.
  var isFrame: Bool { kind == .begin || kind == .header || kind == .separator }

  /// Whether it is what an answer says.
  var isAnswer: Bool { role == .assistant && kind.isSaid }
}
