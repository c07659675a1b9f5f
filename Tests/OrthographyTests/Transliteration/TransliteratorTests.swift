import Artifacts
import Fixtures
import Testing

@testable import Orthography

@Suite struct TransliteratorTests {
  private let kannada = Transliterator(.kannada)
  private let telugu = Transliterator(.telugu)

  @Test func vowelLengthsAreFound() {
    #expect(kannada.nativeCandidates("namaskara").first?.text == "ನಮಸ್ಕಾರ")
    #expect(kannada.nativeCandidates("bengaluru").first?.text == "ಬೆಂಗಳೂರು")
    #expect(kannada.nativeCandidates("Kannada").first?.text == "ಕನ್ನಡ")
    #expect(telugu.nativeCandidates("namaskaram").first?.text == "నమస్కారం")
    #expect(kannada.romanCandidates("ಕನ್ನಡ").first?.text == "kannada")
  }

  @Test func candidatesAreInOrderAndLimited() {
    let candidates = kannada.nativeCandidates("bale", limit: 4)
    #expect(candidates.count == 4)
    #expect(candidates.map(\.score) == candidates.map(\.score).sorted(by: >))
    #expect(Set(candidates.map(\.text)).count == 4)
    #expect(kannada.nativeCandidates("bale", limit: 0).isEmpty)
  }

  @Test func otherWordsHaveNoCandidates() {
    #expect(kannada.nativeCandidates("naïve").isEmpty)
    #expect(kannada.nativeCandidates("").isEmpty)
    #expect(kannada.romanCandidates("ನಮಾಝ್").isEmpty)
    #expect(kannada.spelled("ನಮಾಝ್")?.text == "namajh")
    #expect(kannada.spelled("తెలుగు") == nil)
    #expect(kannada.romanCandidates("తెలుగు").isEmpty)
    #expect(kannada.nativeCandidates(String(repeating: "a", count: 65)).isEmpty)
    #expect(!kannada.nativeCandidates(String(repeating: "ka", count: 32)).isEmpty)
  }

  @Test func textKeepsWhatIsNoWord() {
    let toKannada = TextTransliterator(to: .kannada)
    #expect(toKannada.text("bengaluru, 5 (kannada)! a1 don't") == "ಬೆಂಗಳೂರು, 5 (ಕನ್ನಡ)! a1 don't")
    #expect(TextTransliterator(to: .roman).text("ಕನ್ನಡ: 5") == "kannada: 5")
    #expect(TextTransliterator(to: .iso15919).text("ಕನ್ನಡ తెలుగు") == "kannaḍa telugu")
    #expect(TextTransliterator(to: .kannada, from: .iso15919).text("namaskāra") == "ನಮಸ್ಕಾರ")
  }

  /// The candidates and costs of `tools/train-transliteration`'s own decoder.
  @Test func theTrainersDecoderGivesTheSame() throws {
    let lines = try PlainTextReader(
      RepositoryPaths.file("Tests/Fixtures/Data/transliteration.jsonl"))
    var count = 0
    while let line = try lines.next() {
      let row = try JSONValue(parsing: String(decoding: line.bytes, as: UTF8.self))
      let word = row["word"]?.string ?? ""
      let transliterator = row["language"] == "kn" ? kannada : telugu
      let found =
        row["to"] == "native"
        ? transliterator.nativeCandidates(word, limit: 3)
        : transliterator.romanCandidates(word, limit: 3)
      let expected = row["candidates"]?.array ?? []
      #expect(found.map(\.text) == expected.compactMap { $0.array?.last?.string }, "\(word)")
      // Costs are in steps of a sixteenth.
      #expect(
        found.map { Int64(-$0.score * 16) } == expected.compactMap { $0.array?.first?.integer })
      count += 1
    }
    #expect(count == 160)
  }

  @Test func brokenModelsAreRefused() {
    for bytes in [[], Array("AKSTRAN1".utf8), [UInt8](repeating: 0xFF, count: 64)] as [[UInt8]] {
      #expect(bytes.withUnsafeBytes { PairModel($0) == nil })
    }
  }
}
