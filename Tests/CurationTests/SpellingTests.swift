import Artifacts
import Conversations
import Orthography
import Testing

@testable import Curation

@Suite struct SpellingTests {
  private static let original = "ಕ\u{CC6}\u{CD5}ರಳ\u{A0}ರಾಮು: ಬಸ್\u{200C} ೧"

  private func scalars(_ text: String?) -> [UnicodeScalar] { Array((text ?? "").unicodeScalars) }

  @Test func everyChangeIsInTheRecordAndCounted() throws {
    let result = try CurationCase([.pair("q", Self.original)]) { $0.normalization = .standard }
    let answer = result.kept[0].messages[1]
    #expect(scalars(answer.content.text) == scalars("ಕ\u{CC7}ರಳ ರಾಮು: ಬಸ್ ೧"))
    #expect(answer.edits.map(\.edit.rules) == [[.formC], [.space], [.joiner]])
    #expect(result.kept[0].messages[0].edits == [])
    #expect(result.report.edits == ["nfc": 1, "space": 1, "joiner": 1])
    #expect(result.report.normalized == 1)
    let whole = NormalizedText(text: answer.content.text ?? "", edits: answer.edits.map(\.edit))
    #expect(scalars(whole.original) == scalars(Self.original))
  }

  /// A second curation, under another policy, keeps the way back to what was imported.
  @Test func editsGoOnFromAnEarlierCuration() throws {
    let first = try CurationCase([.pair("q", Self.original)])
    let again = try CurationCase(first.kept) { $0.normalization = .standard }
    let twice = try CurationCase(again.kept) { $0.normalization = .standard }
    let answer = again.kept[0].messages[1]
    #expect(answer.edits.map(\.edit.rules) == [[.formC], [.space], [.joiner]])
    #expect(again.report.edits == ["space": 1, "joiner": 1])
    #expect(twice.report.normalized == 0)
    #expect(twice.kept == again.kept)
  }

  @Test func partsAreNormalizedEachByItself() throws {
    let parts: Content = .parts([
      ["type": "text", "text": "x"], ["type": "text", "text": .string("a\u{301}")],
    ])
    let result = try CurationCase([
      Conversation(
        id: "", messages: [Message(.user, parts), Message(.assistant, "b")],
        rejected: [Message(.assistant, "e\u{301}")])
    ])
    #expect(result.kept[0].messages[0].edits.map(\.part) == [2])
    #expect(result.kept[0].rejected?[0].edits.map(\.part) == [nil])
    #expect(result.report.edits == ["nfc": 2])
  }

  @Test(arguments: [
    ("nfc", SpellingPolicy.formC), ("none", .none), ("standard", .standard),
    ("digits=ascii", SpellingPolicy(digits: .ascii)),
    (
      "form=keep,nukta=drop,dandas=full_stop",
      SpellingPolicy(form: .keep, nukta: .drop, dandas: .fullStop)
    ),
  ])
  func argumentsNamePolicies(argument: String, policy: SpellingPolicy) throws {
    var options = CurationOptions()
    try options.setNormalization(argument)
    #expect(options.normalization == policy)
  }

  @Test(arguments: ["nfd", "digits=roman", "digit=ascii", "form", "form=nfc,form=nfc", "="])
  func unknownPoliciesAreRefused(argument: String) {
    var options = CurationOptions()
    #expect(throws: AksharaError.self) { try options.setNormalization(argument) }
  }

  @Test func recipesNamePoliciesOrChoices() throws {
    let place = SourceLocation(file: "recipe.yaml", line: 3)
    func options(_ value: OptionNode.Value) throws -> CurationOptions {
      let node = OptionNode(
        .table([.init(key: "normalization", node: OptionNode(value, at: place))]), at: place)
      var reader = try OptionReader(node, section: "curation")
      return try CurationOptions(reading: &reader)
    }
    let standard = try options(.scalar("standard"))
    #expect(standard.normalization == .standard)
    #expect(standard.json["normalization"] == "standard")
    let choice = OptionNode.Entry(key: "digits", node: OptionNode(.scalar("ascii"), at: place))
    let folded = try options(.table([choice]))
    #expect(folded.normalization == SpellingPolicy(digits: .ascii))
    #expect(folded.json["normalization"]?["joiners"] == "keep")
    #expect(CurationOptions().json["normalization"] == "nfc")
    #expect(throws: AksharaError.self) { try options(.scalar("nfkc")) }
  }
}
