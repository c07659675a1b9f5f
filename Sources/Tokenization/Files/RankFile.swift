import Artifacts
internal import Foundation

/// A tiktoken rank file: a line for each token, `<base64 of its bytes> <rank>`.
///
/// The rank is both the token's ID and the priority of every merge that makes it.
struct RankFile {
  private var vocabulary = Vocabulary()
  private let location: SourceLocation

  /// Reads the lines.
  ///
  /// - Throws: `malformed`, with the line.
  init(_ bytes: [UInt8], at location: SourceLocation) throws {
    self.location = location
    var line = 0
    for text in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      line += 1
      let text = text.last == UInt8(ascii: "\r") ? text.dropLast() : text
      if !text.isEmpty { try read(text, line: line) }
    }
  }

  private mutating func read(_ text: ArraySlice<UInt8>, line: Int) throws {
    func refuse(_ problem: String) -> AksharaError {
      AksharaError(
        .malformed, problem, at: SourceLocation(file: location.file, line: line),
        remedy: "give a line `<base64> <rank>` for each token")
    }
    let parts = text.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, let bytes = Data(base64Encoded: Data(parts[0])), !bytes.isEmpty,
      let rank = TokenID(String(decoding: parts[1], as: UTF8.self))
    else {
      let shown = String(decoding: text.prefix(40), as: UTF8.self)
      throw refuse("`\(shown)` is not a token in base64 and a rank")
    }
    do { try vocabulary.add([UInt8](bytes), id: rank) } catch Vocabulary.Refusal.repeatedBytes {
      throw refuse("the token stands twice")
    } catch Vocabulary.Refusal.repeatedID {
      throw refuse("the rank \(rank) stands twice")
    } catch {
      throw refuse("the rank \(rank) is not between 0 and \(Vocabulary.largestID)")
    }
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
