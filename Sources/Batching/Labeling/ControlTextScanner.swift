internal import Foundation
internal import Tokenization

/// Finds the texts of control tokens in messages' contents.
///
/// They stay text, whatever happens; but whoever made the data should know.
struct ControlTextScanner: Sendable {
  private struct Candidate {
    let text: String
    let bytes: [UInt8]
  }

  /// Control tokens by the first byte of their text, longest first.
  private let candidates: [[Candidate]]
  /// The bytes with which control tokens begin.
  private let firstBytes: [UInt8]

  /// - Complexity: O(vocabulary), once.
  init(_ tokenizer: some Tokenizer) {
    var table = [[Candidate]](repeating: [], count: 256)
    for id in 0..<TokenID(tokenizer.vocabularyCount) where tokenizer.isSpecial(id) {
      guard let bytes = tokenizer.bytes(of: id), let first = bytes.first else { continue }
      table[Int(first)].append(
        Candidate(text: String(decoding: bytes, as: UTF8.self), bytes: bytes))
    }
    candidates = table.map { list in
      list.sorted {
        $0.bytes.count == $1.bytes.count
          ? $0.bytes.lexicographicallyPrecedes($1.bytes) : $0.bytes.count > $1.bytes.count
      }
    }
    firstBytes = (0...255).filter { !table[Int($0)].isEmpty }
  }

  /// How often each control token's text stands in the contents of `rendered`.
  func counts(in rendered: RenderedConversation) -> [String: Int] {
    var counts: [String: Int] = [:]
    for segment in rendered.segments {
      guard segment.kind == .content, case .text(var text) = segment.piece else { continue }
      text.withUTF8 { count(in: $0, into: &counts) }
    }
    return counts
  }

  /// Whether a control token's text stands in `bytes`.
  func isFound(in bytes: UnsafeRawBufferPointer) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    for byte in firstBytes {
      var position = 0
      while position < bytes.count,
        let hit = memchr(base + position, Int32(byte), bytes.count - position)
      {
        let start = UnsafeRawPointer(hit) - base
        if candidates[Int(byte)].contains(where: { bytes[start...].starts(with: $0.bytes) }) {
          return true
        }
        position = start + 1
      }
    }
    return false
  }

  /// Whether a byte with which a control token begins stands in `bytes`; most texts have none.
  func mayFind(in bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let base = bytes.baseAddress else { return false }
    return firstBytes.contains { memchr(base, Int32($0), bytes.count) != nil }
  }

  private func count(in bytes: UnsafeBufferPointer<UInt8>, into counts: inout [String: Int]) {
    guard mayFind(in: bytes) else { return }
    var position = 0
    while position < bytes.count {
      let list = candidates[Int(bytes[position])]
      let rest = bytes[position...]
      if let found = list.first(where: { rest.starts(with: $0.bytes) }) {
        counts[found.text, default: 0] += 1
        position += found.bytes.count
      } else {
        position += 1
      }
    }
  }
}
