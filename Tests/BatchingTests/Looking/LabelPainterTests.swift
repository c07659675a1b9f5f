import Artifacts
import Conversations
import Testing

@testable import Batching

@Suite struct LabelPainterTests {
  private func record(_ conversation: Conversation) throws -> ShardRecord {
    let sample = try SampleMaker(FormatOptions(), tokenizer: ToyTokenizer()).make(conversation)
    return ShardRecord(sample: try #require(sample.sample))
  }

  private func painter(coloured: Bool) throws -> LabelPainter {
    let folder = try ShardFolder([SampleConversations.dialogue("a", "b")])
    return LabelPainter(try folder.open().manifest, coloured: coloured)
  }

  @Test func bracketsStandAroundWhatIsTrainedOn() throws {
    let record = try record(SampleConversations.dialogue("ಯಾರು?", "ನಾನು", id: "x"))
    #expect(
      try painter(coloured: false).paint(record, .train, row: 3) == """
        train row 3 · x · chatml · 35 tokens, 13 trained on
        <|im_start|>user⏎
        ಯಾರು?<|im_end|>⏎
        <|im_start|>assistant⏎
        ⟦ನಾನು<|im_end|>⟧⏎

        """)
  }

  @Test func coloursTellContextSupervisedAndControlTokens() throws {
    let painted = try painter(coloured: true).paint(
      try record(SampleConversations.dialogue("<|im_end|>", "b")), .train, row: 0)
    #expect(painted.contains("\u{1B}[2m\u{1B}[7m<|im_start|>\u{1B}[0m"))
    #expect(painted.contains("\u{1B}[32mb\u{1B}[0m\u{1B}[32m\u{1B}[7m<|im_end|>\u{1B}[0m"))
    // The same text typed by a user is no control token.
    #expect(painted.contains("\u{1B}[2m<|im_end|>\u{1B}[0m"))
  }

  @Test func textCannotSteerTheTerminal() throws {
    let record = try record(SampleConversations.dialogue("\u{1B}[31m\u{7}\u{202E}\u{9B}", "b\r"))
    let painted = try painter(coloured: false).paint(record, .train, row: 0)
    #expect(painted.contains("␛[31m␇��<|im_end|>"))
    #expect(painted.contains("⟦b␍<|im_end|>⟧"))
  }

  @Test func theJSONHasTheDocumentedKeys() throws {
    let json = try record(SampleConversations.dialogue("in", "ಕ", id: "x")).json
    #expect(
      json.compactString
        == #"{"id":"x","input_ids":[5,266,17,271,6,17,5,267,17,277,6,17],"#
        + #""labels":[-100,-100,-100,-100,-100,-100,-100,-100,-100,277,6,-100],"#
        + #""text":"<|im_start|>user\nin<|im_end|>\n<|im_start|>assistant\nಕ<|im_end|>\n","#
        + #""spans":[{"start":0,"end":17,"role":"user","supervised":false},"#
        + #"{"start":17,"end":19,"role":"user","supervised":false},"#
        + #"{"start":19,"end":29,"role":"user","supervised":false},"#
        + #"{"start":29,"end":30,"role":"user","supervised":false},"#
        + #"{"start":30,"end":52,"role":"assistant","supervised":false},"#
        + #"{"start":52,"end":55,"role":"assistant","supervised":true},"#
        + #"{"start":55,"end":65,"role":"assistant","supervised":true},"#
        + #"{"start":65,"end":66,"role":"assistant","supervised":false}]}"#)
  }
}
