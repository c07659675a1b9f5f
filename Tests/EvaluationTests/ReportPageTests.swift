import Batching
import Testing

@testable import Evaluation

@Suite struct ReportPageTests {
  private func page(_ content: ReportContent) -> String {
    String(decoding: ReportPage(content).bytes, as: UTF8.self)
  }

  @Test func textFromDataIsEscaped() {
    var content = ReportContent(project: "<b>", created: "today")
    content.answers = [
      .init(
        prompt: "<script>alert(1)</script>", language: "kn\" onload=\"x", base: "&", trained: "'")
    ]
    let html = page(content)
    #expect(!html.contains("<script>"))
    #expect(!html.contains("kn\" onload"))
    #expect(html.contains("&lt;script&gt;"))
  }

  @Test func saysWhetherAccountsAddUp() {
    var content = ReportContent(project: "p", created: "today")
    content.accounts = [.init(name: "import", unit: "rows", read: 3, kept: 2, dropped: [:])]
    #expect(page(content).contains("<td>NO</td>"))
    content.accounts = [.init(name: "import", unit: "rows", read: 3, kept: 2, dropped: ["x": 1])]
    #expect(!page(content).contains("<td>NO</td>"))
  }

  @Test func masksJoinTokensThatShareACharacter() {
    let bytes: [[UInt8]] = [[0xE0], [0xB2], [0x95], [0x61]]
    let sample = LabeledSample(
      conversationID: "c", template: "chatml", text: "ಕa", inputIDs: [0, 1, 2, 3],
      labels: [-100, -100, -100, 3],
      spans: [])
    let picture = LabelMaskPicture(sample, isSpecial: { _ in false }, bytes: { bytes[Int($0)] })
    #expect(picture.tokens.map(\.text) == ["ಕ", "a"])
    #expect(picture.tokens.map(\.supervised) == [false, true])
    #expect((picture.tokenCount, picture.supervisedCount) == (4, 1))
  }

  @Test func masksKeepAksharasWhole() {
    let pieces = ["ನ", "ೋ", "ಡು", "ಕ್", "ಷ", "x"]
    let sample = LabeledSample(
      conversationID: "c", template: "chatml", text: pieces.joined(), inputIDs: [0, 1, 2, 3, 4, 5],
      labels: [0, 1, 2, 3, 4, -100], spans: [])
    let picture = LabelMaskPicture(
      sample, isSpecial: { _ in false }, bytes: { Array(pieces[Int($0)].utf8) })
    #expect(picture.tokens.map(\.text) == ["ನೋ", "ಡು", "ಕ್ಷ", "x"])
    #expect(picture.tokens.map(\.ids) == [[0, 1], [2], [3, 4], [5]])
    #expect(picture.supervisedCount == 5)
  }

  @Test func ticksAreRound() {
    #expect(LineChart.ticks(from: 0, to: 100) == [0, 20, 40, 60, 80, 100])
    #expect(LineChart.ticks(from: 5, to: 5) == [5])
    #expect(NumberText.decimal(1234.5678, 2) == "1,234.57")
    #expect(NumberText.decimal(-0.04, 1) == "0.0")
  }
}
