internal import Conversations
internal import Tokenization

/// Finds messages in tokens by the forms that a template gives them.
///
/// Text is what the tokens decode to; a control token matches only a control token of a form, and
/// text only text. Where a message's own text looks like a header, as plain-text templates allow, the
/// two cannot be told apart: what is found here is never called proven.
struct TurnScanner {
  /// A stretch of tokens of one kind.
  struct Turn: Sendable, Equatable {
    var kind: SegmentKind
    var role: Role?
    var message: Int?
    var tokens: Range<Int>
  }

  private let patterns: TurnPatterns
  private let ids: [TokenID]
  private let table: TokenTable
  /// The text, and where each token begins in it.
  private var text: [UInt8] = []
  private var starts: [Int] = []

  init(_ ids: [TokenID], by patterns: TurnPatterns, _ table: TokenTable) {
    (self.ids, self.patterns, self.table) = (ids, patterns, table)
    for id in ids {
      starts.append(text.count)
      if table.contains(id) { table.withBytes(of: id) { text += $0 } }
    }
    starts.append(text.count)
  }

  /// The stretches, covering all tokens in order; none if no answer was found.
  func turns() -> [Turn] {
    var turns: [Turn] = []
    var token = 0
    var message = -1
    var open: Turn?
    func close(at token: Int) {
      guard var turn = open else { return }
      turn.tokens = turn.tokens.lowerBound..<token
      if !turn.tokens.isEmpty { turns.append(turn) }
      open = nil
    }
    while token < ids.count {
      if let (header, next) = header(at: token) {
        close(at: token)
        message += 1
        turns.append(
          Turn(kind: .header, role: header.role, message: message, tokens: token..<next))
        open = Turn(kind: .content, role: header.role, message: message, tokens: next..<next)
        token = next
      } else if ids[token] == patterns.endOfTurn, let turn = open, turn.kind == .content {
        close(at: token)
        turns.append(
          Turn(kind: .endOfTurn, role: turn.role, message: turn.message, tokens: token..<token + 1))
        token += 1
        open = Turn(
          kind: .separator, role: turn.role, message: turn.message, tokens: token..<token)
      } else {
        if open == nil {
          open = Turn(kind: message < 0 ? .begin : .separator, tokens: token..<token)
        }
        token += 1
      }
    }
    close(at: ids.count)
    return turns.contains { $0.role == .assistant && $0.kind == .header } ? turns : []
  }

  /// The header that begins with a token, and the token behind it.
  private func header(at token: Int) -> (TurnPatterns.Header, Int)? {
    for header in patterns.headers {
      if let next = match(header, at: token) { return (header, next) }
    }
    return nil
  }

  /// The token behind a header that begins at `token`; `nil` if another text stands there. The last
  /// token may reach into the content behind the header.
  private func match(_ header: TurnPatterns.Header, at first: Int) -> Int? {
    var token = first
    // How much of the current token is used up.
    var used = 0
    var isSpaceTaken = false
    for piece in header.pieces {
      if piece.isControl {
        guard used == 0, token < ids.count, isControl(token), bytes(of: token) == piece.bytes[...]
        else { return nil }
        isSpaceTaken = table.takesSpace(ids[token])
        token += 1
        continue
      }
      var offset =
        isSpaceTaken
        ? piece.bytes.withUnsafeBytes { PythonWhitespace.end(ofSpaceFrom: 0, in: $0) } : 0
      isSpaceTaken = false
      while offset < piece.bytes.count {
        guard token < ids.count, !isControl(token) else { return nil }
        let wanted = piece.bytes[offset...]
        // A dummy prefix stands for no byte of the text.
        if used == 0, offset == 0, table.addsSpace, bytes(of: token).first == UInt8(ascii: " "),
          wanted.first != UInt8(ascii: " ")
        {
          used = 1
        }
        let rest = bytes(of: token).dropFirst(used)
        guard let common = Self.common(rest, wanted) else { return nil }
        offset += common
        used += common
        if used == bytes(of: token).count { (token, used) = (token + 1, 0) }
      }
    }
    return used == 0 ? token : token + 1
  }

  /// How many bytes two texts share, if one begins with the other.
  private static func common(_ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>) -> Int? {
    let count = min(left.count, right.count)
    return left.prefix(count).elementsEqual(right.prefix(count)) ? count : nil
  }

  private func isControl(_ token: Int) -> Bool {
    table.contains(ids[token]) && table.isSpecial(ids[token])
  }

  private func bytes(of token: Int) -> ArraySlice<UInt8> { text[starts[token]..<starts[token + 1]] }
}
