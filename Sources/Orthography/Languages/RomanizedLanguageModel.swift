internal import COrthographyModels
internal import Foundation

/// Tells Kannada, Telugu and English apart in words of Latin letters.
///
/// A word's score for a language is the sum of the weights of its features, divided by the root of
/// their number: the 1- to 5-grams of the word with its ends marked (`^namma$`), and the word
/// itself. Features are hashed (FNV-1a) into buckets. `tools/train-romanized-language` says on what
/// it was trained, and makes it again.
struct RomanizedLanguageModel: Sendable {
  /// The languages, in the model's order.
  static let languages = ["kn-Latn", "te-Latn", "en"]

  /// Scores in the order of `languages`; the softmax of a text's sum is its probability.
  typealias Scores = SIMD4<Float>

  private static let magic = Array("AKSLANG1".utf8)
  private static let headLength = 20
  private static let longestGram = 5

  // Bytes of the program: never written, never freed.
  private nonisolated(unsafe) let weights: UnsafeBufferPointer<Int8>
  private let buckets: Int
  private let scale: Float

  /// The model that is part of the program.
  static let shared = RomanizedLanguageModel()

  private init() {
    var count = 0
    let base = corthography_romanized_language(&count)
    let bytes = UnsafeRawBufferPointer(start: base, count: count)
    let isSound =
      count > Self.headLength && bytes.prefix(Self.magic.count).elementsEqual(Self.magic)
      && bytes.loadUnaligned(fromByteOffset: 12, as: UInt32.self) == UInt32(Self.languages.count)
    let buckets = isSound ? Int(bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self)) : 0
    // A power of two, with all its weights there; else the model knows nothing.
    let isWhole =
      isSound && buckets.nonzeroBitCount == 1
      && count == Self.headLength + buckets * Self.languages.count
    self.buckets = isWhole ? buckets : 0
    scale = isWhole ? bytes.loadUnaligned(fromByteOffset: 16, as: Float.self) : 0
    weights = UnsafeRawBufferPointer(
      rebasing: bytes[(isWhole ? Self.headLength : count)..<count]
    ).bindMemory(to: Int8.self)
  }

  /// The scores of one word, in small letters without accents (`folded`).
  ///
  /// - Complexity: O(n) in the word's bytes, times 5.
  func scores(_ word: [UInt8]) -> Scores {
    guard buckets > 0 else { return .zero }
    var marked = [UInt8(ascii: "^")]
    marked += word
    marked.append(UInt8(ascii: "$"))
    var sum = SIMD4<Int32>.zero
    var count = 0
    for start in marked.indices {
      var hash = Self.offsetBasis
      for byte in marked[start...].prefix(Self.longestGram) {
        hash = (hash ^ UInt32(byte)) &* Self.prime
        sum &+= weights(of: hash)
        count += 1
      }
    }
    var whole = (Self.offsetBasis ^ UInt32(UInt8(ascii: "="))) &* Self.prime
    for byte in word { whole = (whole ^ UInt32(byte)) &* Self.prime }
    sum &+= weights(of: whole)
    return Scores(sum) * (scale / Float(count + 1).squareRoot())
  }

  // Source: Fowler, Noll, Vo; FNV-1a, 32 bits.
  private static let offsetBasis: UInt32 = 0x811C_9DC5
  private static let prime: UInt32 = 0x0100_0193

  private func weights(of hash: UInt32) -> SIMD4<Int32> {
    let index = Int(hash) & (buckets - 1)
    let place = index * Self.languages.count
    return SIMD4(Int32(weights[place]), Int32(weights[place + 1]), Int32(weights[place + 2]), 0)
  }

  /// A word as the model was trained on it: small letters, accents taken off (`Cēyaṇḍi` is
  /// `ceyandi`).
  static func folded(_ word: Substring) -> [UInt8] {
    if word.utf8.allSatisfy({ $0 < 0x80 }) {
      return word.utf8.map { (65...90).contains($0) ? $0 | 0x20 : $0 }
    }
    let plain = word.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars
      .filter { $0.properties.canonicalCombiningClass == .notReordered }
    return Array(String(String.UnicodeScalarView(plain)).utf8)
  }
}
