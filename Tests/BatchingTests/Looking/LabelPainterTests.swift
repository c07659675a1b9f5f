import Artifacts
import Conversations
import Testing

@testable import Batching

@Suite struct LabelPainterTests {
  private func record(_ conversation: Conversation) throws -> ShardRecord {
    let sample = try SampleMaker(FormatOptions(), tokenizer: ToyTokenizer()).make(conversation)
    return ShardRecord(sample: try #require(sample.sample))
  }

  private func paint(
    _ sample: LabeledSample, _ options: LabelPainter.Options, padding: [Int] = [], row: Int = 0
  ) -> String {
    let picture = RowPicture(sample, padding: padding, tokenizer: ToyTokenizer())
    return LabelPainter(options).paint(sample, picture, .train, row: row)
  }

  @Test func bracketsStandAroundWhatIsTrainedOn() throws {
    let sample = try record(SampleConversations.dialogue("ಯಾರು?", "ನಾನು", id: "x")).sample
    #expect(
      paint(sample, [], row: 3) == """
        train row 3 · x · chatml · 35 tokens, 13 trained on
        <|im_start|>user⏎
        ಯಾರು?<|im_end|>⏎
        <|im_start|>assistant⏎
        ⟦ನಾನು<|im_end|>⟧⏎

        """)
  }

  @Test func coloursTellContextSupervisedAndControlTokens() throws {
    let sample = try record(SampleConversations.dialogue("<|im_end|>", "b")).sample
    let painted = paint(sample, .coloured)
    #expect(painted.contains("\u{1B}[2m\u{1B}[7m<|im_start|>\u{1B}[0m"))
    #expect(painted.contains("\u{1B}[32mb\u{1B}[0m\u{1B}[32m\u{1B}[7m<|im_end|>\u{1B}[0m"))
    // The same text typed by a user is no control token.
    #expect(painted.contains("\u{1B}[2muser⏎\n<|im_end|>\u{1B}[0m"))
  }

  @Test func textCannotSteerTheTerminal() throws {
    let typed = "\u{1B}[31m\u{7}\u{202E}\u{9B}"
    let sample = try record(SampleConversations.dialogue(typed, "b\r")).sample
    let painted = paint(sample, [])
    #expect(painted.contains("␛[31m␇��<|im_end|>"))
    #expect(painted.contains("⟦b␍<|im_end|>⟧"))
    for options in [[.ids], [.ids, .bytes], .aksharas] as [LabelPainter.Options] {
      #expect(!paint(sample, options).contains("\u{1B}"))
    }
  }

  /// The toy's pieces ನ್ನ and ಕ hold aksharas; every other character is cut into its bytes.
  @Test func bordersOfTokensAndAksharasAreDrawn() throws {
    let sample = try record(SampleConversations.dialogue("in", "ಕನ್ನಡ", id: "x")).sample
    let painted = paint(sample, .aksharas)
    #expect(painted.hasPrefix("train row 0 · x · chatml · 16 tokens, 6 trained on\n"))
    #expect(painted.contains("\n66 aksharas, 1 cut by tokens\n"))
    // ಡ is three tokens: both borders inside it are drawn before it.
    #expect(painted.contains("⟦ಕ│ನ್ನ│╎╎ಡ│<|im_end|>│⟧⏎"), "\(painted)")
    #expect(painted.contains("│in│"))
  }

  @Test func aLineATokenShowsIDLabelAndBytes() throws {
    let sample = try record(SampleConversations.dialogue("in", "ಕ", id: "x")).sample
    let lines = paint(sample, [.ids, .bytes]).split(separator: "\n").map(String.init)
    #expect(lines.count == 2 + sample.inputIDs.count)
    #expect(
      lines[2]
        == "      0        5     −100  special      3C 7C 69 6D 5F 73 74 61 72 74 7C 3E  <|im_start|>"
    )
    #expect(
      lines[11]
        == "      9      277      277  supervised   E0 B2 95                             ಕ")
    #expect(lines[12].hasSuffix("6D 5F 65 6E 64 7C 3E        <|im_end|>"))
  }

  @Test func paddingIsCountedAndTakesNoPlaceInTheText() throws {
    var sample = try record(SampleConversations.dialogue("in", "ಕ", id: "x")).sample
    sample.inputIDs += [6, 6]
    sample.labels += [-100, -100]
    let painted = paint(sample, [], padding: [12, 13])
    #expect(painted.hasPrefix("train row 0 · x · chatml · 14 tokens, 2 trained on, 2 padding\n"))
    #expect(painted.hasSuffix("⟦ಕ<|im_end|>⟧⏎\n"))
    #expect(paint(sample, .ids, padding: [12, 13]).contains("−100  padding"))
  }

  @Test func tokensThatAreNotTheTextAreShownByTheirBytes() throws {
    var sample = try record(SampleConversations.dialogue("in", "ಕ", id: "x")).sample
    sample.inputIDs[9] = 7
    let painted = paint(sample, [])
    #expect(painted.contains("the tokens do not decode to the text"))
    #expect(painted.contains("  00 "))
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
