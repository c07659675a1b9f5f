import Artifacts
import Tokenization

/// A tokenizer small enough to reckon with: control tokens, the 256 bytes, and a few longer pieces
/// that are matched greedily, the longest first. Pieces lie across borders as BPE's merges do.
///
///     IDs   0 ..< specials      control tokens
///           then 256            the bytes
///           then                pieces
struct ToyTokenizer: Tokenizer {
  static let specials = [
    "<|begin_of_text|>", "<|end_of_text|>", "<|start_header_id|>", "<|end_header_id|>",
    "<|eot_id|>", "<|im_start|>", "<|im_end|>",
  ]
  static let pieces = [
    "\n\n\n", "\n\n", ".\n\n", "user", "assistant", "system", "### Response:", "\n\n###", "in",
    ":\n", ":\n\n", "$2", "is $", "ನ್ನ", "ಕ", "ಶ್ರೀ", " ", "  ", "   ", "\n ", "t\n", "t\n\n",
  ]

  let specials: [String]
  /// Control tokens that take spaces, tabs and line feeds behind them.
  let takers: Set<String>
  private let pieces: [[UInt8]]
  /// Indices of pieces by their first byte.
  private let starts: [[Int]]

  init(specials: [String] = Self.specials, takers: Set<String> = []) {
    self.specials = specials
    self.takers = takers
    pieces = Self.pieces.map { Array($0.utf8) }
    var starts = [[Int]](repeating: [], count: 256)
    for (index, piece) in pieces.enumerated() { starts[Int(piece[0])].append(index) }
    self.starts = starts
  }

  var vocabularyCount: Int { specials.count + 256 + pieces.count }

  var digest: String {
    Digest(of: (specials + Self.pieces).joined(separator: "\u{0}").utf8).description
  }

  func encode(_ bytes: UnsafeBufferPointer<UInt8>, specials policy: SpecialTokenPolicy) -> Encoding
  {
    var encoding = Encoding()
    var position = 0
    while position < bytes.count {
      let rest = bytes[position...]
      var id = TokenID(specials.count) + TokenID(bytes[position])
      var count = 1
      for index in starts[Int(bytes[position])]
      where pieces[index].count > count && rest.starts(with: pieces[index]) {
        (id, count) = (TokenID(specials.count + 256 + index), pieces[index].count)
      }
      if policy == .allow {
        for (index, text) in specials.enumerated() where rest.starts(with: text.utf8) {
          (id, count) = (TokenID(index), text.utf8.count)
        }
      }
      position += count
      encoding.ids.append(id)
      encoding.ends.append(Int32(position))
    }
    return encoding
  }

  func bytes(of token: TokenID) -> [UInt8]? {
    let index = Int(token)
    switch index {
    case 0..<specials.count: return Array(specials[index].utf8)
    case specials.count..<specials.count + 256: return [UInt8(index - specials.count)]
    case specials.count + 256..<vocabularyCount: return pieces[index - specials.count - 256]
    default: return nil
    }
  }

  func specialToken(_ text: String) -> TokenID? {
    specials.firstIndex(of: text).map { TokenID($0) }
  }

  func isSpecial(_ token: TokenID) -> Bool { specials.indices.contains(Int(token)) }

  func space(takenBy token: TokenID, from text: UnsafeBufferPointer<UInt8>) -> Int {
    guard isSpecial(token), takers.contains(specials[Int(token)]) else { return 0 }
    return text.prefix { " \t\n".utf8.contains($0) }.count
  }

  /// The tokens' texts, for expectations that can be read.
  func texts(_ ids: some Sequence<TokenID>) -> [String] {
    ids.map { String(decoding: bytes(of: $0) ?? [], as: UTF8.self) }
  }
}
