import Artifacts
import Fixtures
import Testing

@testable import Conversations

/// Sound files, damaged at random (seeded): whatever comes in, every record is accounted for or the
/// import ends with an error that names the file.
@Suite struct DamagedInputTests {
  private static let samples: [(kind: ImportKind, name: String, text: String)] = [
    (
      .fountain, "a.fountain", FountainImportTests.play + "\n\n/* x */ [[n]]\n\n@Mc (V.O.) ^\n~la\n"
    ),
    (.snippets, "a.md", SnippetsImportTests.file),
    (
      .dolly, "a.jsonl",
      "{\"instruction\":\"ಅ\",\"context\":\"c\",\"response\":\"r\"}\n{\"a\":[1,\"\\\"\"]}\n"
    ),
    (.alpaca, "a.json", "[\n{\"instruction\":\"ಅ\",\"output\":\"r\"},\n{\"x\":[{}]},\n1.5]"),
    (
      .messages, "a.json",
      "[[{\"role\":\"user\",\"content\":\"u\"}],\n{\"messages\":[{\"from\":\"gpt\",\"value\":\"v\"}]}]"
    ),
    (
      .conversations, "a.jsonl",
      "{\"id\":\"a\",\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"u\"}]}]}\n"
    ),
    (.text, "a.txt", "ಒಂದು\n<|x|>\n\n[INST] two\n"),
    (.auto, "a.json", "{\"conversations\":[{\"from\":\"human\",\"value\":\"v\"}]}\n{}\n"),
  ]

  private struct Generator {
    var state: UInt64
    mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, bound)
    }
  }

  private static let alphabet =
    Array("\n\r \t{}[]\",:\\#*_()<>!@~=^./|-a1".utf8) + [0x00, 0xE0, 0xB2, 0xFF]

  /// One to four changes: a byte replaced, stretches removed or repeated, the end cut.
  private func damage(_ text: String, _ generator: inout Generator) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0...generator.below(4) {
      let place = generator.below(bytes.count)
      let end = min(bytes.count, place + generator.below(12))
      switch generator.below(5) {
      case 0 where !bytes.isEmpty:
        bytes[place] = Self.alphabet[generator.below(Self.alphabet.count)]
      case 1:
        bytes.insert(
          Self.alphabet[generator.below(Self.alphabet.count)], at: min(place, bytes.count))
      case 2: bytes.removeSubrange(place..<max(place, end))
      case 3: bytes.insert(contentsOf: bytes[place..<max(place, end)], at: place)
      default: bytes.removeLast(min(bytes.count, generator.below(20)))
      }
    }
    return bytes
  }

  @Test(arguments: samples.indices)
  func everyRecordIsAccountedForOrTheErrorNamesTheFile(index: Int) throws {
    let sample = Self.samples[index]
    let folder = TemporaryFolder()
    var generator = Generator(state: UInt64(index + 1))
    for round in 0..<150 {
      try AtomicFile.write(damage(sample.text, &generator), to: folder.file(sample.name))
      do {
        let result = try ImportCase(sample.kind, paths: [sample.name], relativeTo: folder.path) {
          $0.assistant = ["*"]
        }
        #expect(result.report.addsUp)
        #expect(result.report.conversations == result.conversations.count)
        #expect(result.report.quarantined == result.quarantine.count)
      } catch let error as AksharaError {
        #expect(error.location?.file.hasSuffix(sample.name) == true, "round \(round): \(error)")
      }
    }
  }
}
