internal import Tokenization

extension Tokenizer {
  /// Whether white space behind this control token belongs to it.
  func takesSpace(_ token: TokenID) -> Bool {
    [UInt8(ascii: " ")].withUnsafeBufferPointer { space(takenBy: token, from: $0) > 0 }
  }

  /// Whether white space behind the control token with this text belongs to it.
  func takesSpace(_ text: String) -> Bool { specialToken(text).map(takesSpace) ?? false }
}
