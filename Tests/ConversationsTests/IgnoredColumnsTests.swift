import Artifacts
import Testing

@testable import Conversations

@Suite struct IgnoredColumnsTests {
  @Test func columnsThatNothingIsMadeOfAreCounted() throws {
    let rows = """
      {"text":"a","source":"x","url":null}
      {"text":"b","source":"y","url":"u"}
      {"source":"a row that is set aside"}
      """
    let report = try ImportCase(.text, "a.jsonl", rows).report
    #expect(report.json["ignored_columns"]?.compactString == #"{"source":2,"url":1}"#)
    #expect(
      report.summary
        == "text: read 3, imported 2, quarantined 1 (missing_field 1)\n"
        + "ignored columns (with their rows): source 2, url 1")
  }

  @Test func rowsWithoutThemHaveOneLineOfSummary() throws {
    let report = try ImportCase(.alpaca, "a.jsonl", #"{"instruction":"a","output":"b"}"#).report
    #expect(report.summary == "alpaca: read 1, imported 1, quarantined 0")
    #expect(report.json["ignored_columns"]?.compactString == "{}")
  }

  @Test func keysOfMessagesCountOnceARow() throws {
    let row =
      #"{"messages":[{"role":"user","content":"q","date":1},{"role":"assistant","content":"a","date":2}],"id":7}"#
    let report = try ImportCase(.messages, "a.jsonl", row).report
    #expect(report.json["ignored_columns"]?.compactString == #"{"id":1,"messages[].date":1}"#)
  }

  @Test func manyNamesAreBounded() {
    var counts = ColumnCounts()
    for number in 0..<1500 { counts.add("column \(number)") }
    counts.add("column 3")
    #expect(counts["column 3"] == 2)
    #expect(counts["…"] == 500)
    #expect(
      counts.summary
        == "column 0 1, column 1 1, column 10 1, column 100 1, column 101 1, column 102 1, "
        + "column 103 1, column 104 1, … and 993 more")
  }
}
