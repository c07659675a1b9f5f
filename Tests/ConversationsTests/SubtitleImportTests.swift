import Artifacts
import Testing

@testable import Conversations

@Suite struct SubtitleImportTests {
  private func cues(_ text: String) -> [String] {
    let file = SubtitleParser.read(
      text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
    return file.cues.map { cue in
      let lines = cue.lines.map { ($0.speaker.map { "\($0)|" } ?? "") + $0.text }
      return "\(cue.time.start)-\(cue.time.end) " + lines.joined(separator: " / ")
    }
  }

  @Test func subRipIsRead() throws {
    let text = """
      1
      00:00:01,000 --> 00:00:02,500
      RAVI: <i>Hi</i>
      you.

      2
      00:00:03,000 --> 00:00:04,000
      {\\an8}- Who?
      - <font color="#fff">Me &amp; you</font>
      3
      00:00:04.5 --> 00:00:05.25
      [door creaks]

      00:00:06,000 --> 00:00:07,000
      no number
      """
    #expect(
      cues(text) == [
        "1000-2500 RAVI|Hi / RAVI|you.", "3000-4000 Who? / Me & you", "4500-5250 door creaks",
        "6000-7000 no number",
      ])
  }

  @Test func webVTTIsRead() throws {
    let text = """
      WEBVTT - title
      Kind: captions

      NOTE a remark
      over lines

      STYLE
      ::cue { color: red }

      intro
      00:01.000 --> 00:02.000 align:start position:0%
      <v.loud ರವಿ>ಬಾ &lt;ಇಲ್ಲಿ&gt;</v>

      100:00:03.000 --> 100:00:04.000
      <v Sita>Come<00:00:03.500><c> here</c> <lang en>now</lang></v> she said
      a < b and c > d &unknown; &#3221;&#x0;
      """
    #expect(
      cues(text) == [
        "1000-2000 ರವಿ|ಬಾ <ಇಲ್ಲಿ>",
        "360003000-360004000 Sita|Come here now / she said / a < b and c > d &unknown; ಕ&#x0;",
      ])
  }

  @Test(arguments: [
    ("00:00:01,000 --> ", "the cue has the times"),
    ("00:61:00,000 --> 00:62:00,000", "has the times"),
    ("1 --> 2", "the cue has the times"),
    ("00:00:02,000 --> 00:00:01,000", "ends before it begins"),
    ("00:00:01,000 -> 00:00:02,000", "no line of times"),
    ("99999999999999999999:00:01,000 --> 00:00:02,000", "the cue has the times"),
  ])
  func cuesWithMalformedTimesAreSetAsideAlone(times: String, message: String) throws {
    let text =
      "1\n\(times)\nA: x\n\n2\n00:00:02,000 --> 00:00:03,000\nA: y\n\n3\n"
      + "00:00:03,000 --> 00:00:04,000\nB: z\n"
    let result = try ImportCase(.srt, "a.srt", text) { $0.assistant = ["B"] }
    #expect(result.report.read == 2)
    #expect(result.quarantine.map { $0["reason"]?.string } == ["malformed_time"])
    #expect(result.quarantine[0]["line"] == 1)
    #expect(result.quarantine[0]["row"]?.string?.hasPrefix("1\n\(times)\nA: x\n") == true)
    #expect(result.quarantine[0]["detail"]?.string?.contains(message) == true)
    #expect(result.conversations[0].messages.map(\.content.text) == ["y", "z"])
  }

  @Test func rollingCaptionsAreShownOnce() throws {
    let text = """
      WEBVTT

      00:00:00.000 --> 00:00:02.000
      ಒಂದು

      00:00:02.000 --> 00:00:02.010
      ಒಂದು

      00:00:02.010 --> 00:00:04.000
      ಒಂದು
      ಎರಡು

      00:00:04.000 --> 00:00:06.000
      ಎರಡು
      ಮೂರು

      00:00:07.000 --> 00:00:08.000
      ಮೂರು
      """
    let result = try ImportCase(.webvtt, "a.vtt", text) { $0.tasks = [.continue] }
    #expect(result.report.leftOut["repeated_line"] == 3)
    #expect(
      result.conversations[0].messages[0].content.text?.hasSuffix("(ಒಂದು)\n(ಎರಡು)") == true)
    #expect(result.conversations[0].messages[1].content.text == "(ಮೂರು)\n(ಮೂರು)")
  }

  @Test func rollingCaptionsGoOnWithTheirSpeaker() throws {
    let result = try ImportCase(
      .srt, "a.srt",
      """
      1
      00:00:01,000 --> 00:00:02,000
      RAVI: one

      2
      00:00:02,000 --> 00:00:03,000
      RAVI: one
      two

      3
      00:00:03,000 --> 00:00:04,000
      two
      three

      4
      00:00:04,000 --> 00:00:05,000
      three
      SITA: four
      """
    ) { $0.assistant = ["*"] }
    #expect(result.report.leftOut["repeated_line"] == 3)
    #expect(
      result.conversations.first?.messages == [
        Message(.user, "one\ntwo\nthree", name: "RAVI"), Message(.assistant, "four", name: "SITA"),
      ])
  }

  @Test func overlapsAreOrderedByTimeAndSilenceParts() throws {
    let text = """
      1
      00:00:05,000 --> 00:00:06,000
      B: second

      2
      00:00:01,000 --> 00:00:05,500
      A: first

      3
      00:00:30,000 --> 00:00:31,000
      A: later

      4
      00:00:31,000 --> 00:00:32,000
      B: last
      """
    let result = try ImportCase(.auto, "a.srt", text) { $0.assistant = ["B"] }
    #expect(result.report.read == 2)
    #expect(
      result.conversations.map { $0.messages.map(\.content.text) } == [
        ["first", "second"], ["later", "last"],
      ])
    #expect(result.conversations.map(\.group) == ["a-scene-001", "a-scene-002"])
  }

  @Test func aMarkAndCarriageReturnsMakeNoDifference() throws {
    let text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v A>x\n\n00:02.000 --> 00:03.000\n<v B>y\n"
    for variant in [text, "\u{FEFF}" + text, text.replacing("\n", with: "\r\n")] {
      for name in ["a.vtt", "a.txt"] {
        let result = try ImportCase(.auto, name, variant) { $0.assistant = ["B"] }
        #expect(result.report.kind == .webvtt)
        #expect(result.conversations.map { $0.messages.map(\.content.text) } == [["x", "y"]])
      }
    }
  }

  @Test func subtitlesWithoutNamesHaveNoDialogueButCanBeContinued() throws {
    let text = "1\n00:00:01,000 --> 00:00:02,000\nHi.\n\n2\n00:00:02,000 --> 00:00:03,000\nHo.\n"
    let none = try ImportCase(.srt, "a.srt", text) { $0.assistant = ["*"] }
    #expect(none.quarantine.map { $0["reason"]?.string } == ["no_dialogue"])
    let tasks = try ImportCase(.srt, "a.srt", text) { $0.tasks = [.continue] }
    #expect(tasks.conversations[0].messages[1].content.text == "(Ho.)")
  }
}
