import Artifacts
internal import Foundation

/// A tiktoken rank file: a line for each token, `<base64 of its bytes> <rank>`.
///
/// The rank is both the token's ID and the priority of every merge that makes it.
struct RankFile {
  private var vocabulary = Vocabulary()
  /// The rank of the empty token and its line, if the file has one: no text becomes it, and it becomes
  /// no text, as any ID that no token has.
  private var empty: (rank: TokenID, line: Int)?
  private let location: SourceLocation

  /// How Whisper's `multilingual.tiktoken` writes the empty token; Python's `base64` reads it as that.
  private static let emptyToken = Data("=".utf8)

  /// Reads the lines.
  ///
  /// - Throws: `malformed`, with the line; also for an empty file or JSON, which say nothing else.
  init(_ bytes: [UInt8], at location: SourceLocation) throws {
    self.location = location
    try refuseJSON(bytes)
    var line = 0
    for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      let text = text.last == UInt8(ascii: "\r") ? text.dropLast() : text
      if !text.isEmpty { try read(text, line: line) }
    }
    if isEmpty { throw noRankFile("the file is empty") }
    if let empty, vocabulary.bytes(of: empty.rank) != nil {
      throw refuse("the rank \(empty.rank) stands twice", line: empty.line)
    }
  }

  private mutating func read(_ text: ArraySlice<UInt8>, line: Int) throws {
    let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, let bytes = Self.bytes(spelledBy: Data(parts[0])),
      let rank = TokenID(String(decoding: parts[1], as: UTF8.self))
    else {
      let shown = String(decoding: text.prefix(40), as: UTF8.self)
      let problem = "`\(shown)` is not a token in base64 and a rank"
      throw isEmpty ? noRankFile("the first line \(problem)", line) : refuse(problem, line: line)
    }
    do { try add([UInt8](bytes), rank: rank, line: line) } catch Vocabulary.Refusal.repeatedBytes {
      throw refuse("the token stands twice", line: line)
    } catch Vocabulary.Refusal.repeatedID {
      throw refuse("the rank \(rank) stands twice", line: line)
    } catch {
      throw refuse("the rank \(rank) is not between 0 and \(Vocabulary.largestID)", line: line)
    }
  }

  /// The bytes of a token; empty only for `=`.
  private static func bytes(spelledBy text: Data) -> Data? {
    if text == emptyToken { return Data() }
    let bytes = Data(base64Encoded: text)
    return bytes?.isEmpty == false ? bytes : nil
  }

  private mutating func add(_ bytes: [UInt8], rank: TokenID, line: Int) throws {
    guard bytes.isEmpty else { return try vocabulary.add(bytes, id: rank) }
    guard empty == nil else { throw Vocabulary.Refusal.repeatedBytes }
    guard rank >= 0, rank <= Vocabulary.largestID else { throw Vocabulary.Refusal.idOutOfRange }
    empty = (rank, line)
  }

  /// Whether no token has been read yet.
  private var isEmpty: Bool { vocabulary.count == 0 && empty == nil }

  private func noRankFile(_ problem: String, _ line: Int? = nil) -> AksharaError {
    AksharaError(
      .malformed, problem, at: SourceLocation(file: location.file, line: line),
      remedy: "give a tokenizer's file; one of ranks has a line `<base64> <rank>` for each token")
  }

  /// JSON that is no object, which alone could be a tokenizer's; what begins like it is no base64.
  private func refuseJSON(_ bytes: [UInt8]) throws {
    guard let first = bytes.first(where: { !TokenizerFile.space.contains($0) }),
      first == UInt8(ascii: "[") || first == UInt8(ascii: "\""),
      (try? JSONValue(parsing: bytes, at: location)) != nil
    else { return }
    let kind = first == UInt8(ascii: "[") ? "an array" : "a string"
    throw noRankFile("the file is JSON, but no tokenizer's: \(kind)")
  }

  private func refuse(_ problem: String, line: Int) -> AksharaError {
    AksharaError(
      .malformed, problem, at: SourceLocation(file: location.file, line: line),
      remedy: "give a line `<base64> <rank>` for each token")
  }

  /// The tokens, and the merges that their ranks say.
  var parts: BPEModelParts {
    BPEModelParts(
      vocabulary: vocabulary, merges: RankMerges.merges(of: vocabulary), characters: nil)
  }
}

/// The merges of a vocabulary whose IDs are ranks.
///
/// tiktoken joins two neighbours whenever what they make is a token, the lowest rank first. So a
/// token has a merge for each of its cuts into two tokens, all with the token's own rank; in a
/// `tokenizer.json` they are listed by rank, then by the IDs of left and right, as transformers'
/// converter lists them.
enum RankMerges {
  /// All merges, by rank.
  static func merges(of vocabulary: Vocabulary) -> [Merge] {
    var merges: [Merge] = []
    for id in vocabulary.sortedIDs {
      guard let bytes = vocabulary.bytes(of: id), bytes.count > 1 else { continue }
      merges += Array(bytes).withUnsafeBufferPointer { cuts(of: $0, id: id, vocabulary) }
    }
    return merges
  }

  private static func cuts(
    of bytes: UnsafeBufferPointer<UInt8>, id: TokenID, _ vocabulary: Vocabulary
  ) -> [Merge] {
    (1..<bytes.count)
      .compactMap { cut -> Merge? in
        guard let left = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[..<cut])),
          let right = vocabulary.id(of: UnsafeBufferPointer(rebasing: bytes[cut...]))
        else { return nil }
        return Merge(left: left, right: right, result: id, rank: id)
      }
      .sorted { ($0.left, $0.right) < ($1.left, $1.right) }
  }
}
