import Fixtures
import Foundation
import Testing

@testable import Artifacts

@Suite struct ReviewFileTests {
  private let folder = TemporaryFolder()
  private var path: String { folder.file("set.verdicts.jsonl") }

  private func text() throws -> String {
    String(decoding: try #require(FileManager.default.contents(atPath: path)), as: UTF8.self)
  }

  @Test func theLastWordAboutEachThingCounts() throws {
    let file = try ReviewFile(path)
    #expect(file["a"].isEmpty)
    try file.append(ReviewChange(id: "a", verdict: .set(.accept)))
    try file.append(ReviewChange(id: "a", note: .set("short")))
    try file.append(ReviewChange(id: "a", verdict: .set(.reject), by: "asha"))
    try file.append(ReviewChange(id: "b", verdict: .set(.accept)))
    try file.append(ReviewChange(id: "b", verdict: .set(nil)))
    #expect(file["a"] == Review(verdict: .reject, note: "short"))
    #expect(file["b"].isEmpty)
    #expect(file.all.map(\.id) == ["a"])
    #expect(file.count(of: .reject) == 1 && file.count(of: .accept) == 0)
    #expect(
      try text() == """
        {"id":"a","verdict":"accept"}
        {"id":"a","note":"short"}
        {"id":"a","verdict":"reject","by":"asha"}
        {"id":"b","verdict":"accept"}
        {"id":"b","verdict":null}

        """)
    #expect(try ReviewFile(path).all.map(\.review) == [Review(verdict: .reject, note: "short")])
  }

  @Test func aLineThatWasTornIsSkippedAndEndedByTheNextWriter() throws {
    let file = try ReviewFile(path)
    try file.append(ReviewChange(id: "a", verdict: .set(.accept)))
    let torn = try text() + #"{"id":"b","verd"#
    try Data(torn.utf8).write(to: URL(fileURLWithPath: path))
    let later = try ReviewFile(path)
    #expect(later.all.map(\.id) == ["a"])
    try later.append(ReviewChange(id: "c", verdict: .set(.reject)))
    #expect(later.all.map(\.id) == ["a", "c"])
    #expect(try ReviewFile(path).all.map(\.id) == ["a", "c"])
    // Whoever read the torn line before reads the same.
    try file.refresh()
    #expect(file.all.map(\.id) == ["a", "c"])
  }

  /// Every prefix of a file is what a crash may leave.
  @Test func everyPrefixCanBeReadAndWrittenOn() throws {
    let whole = """
      {"id":"a","verdict":"accept"}
      {"id":"ಅ","note":"x"}

      """
    for length in 0...whole.utf8.count {
      try Data(whole.utf8.prefix(length)).write(to: URL(fileURLWithPath: path))
      let file = try ReviewFile(path)
      let before = file.all.map(\.id)
      // A line counts as soon as its last brace is there.
      #expect(before == Array(["a", "ಅ"].prefix(whole.utf8.prefix(length).count { $0 == 125 })))
      try file.append(ReviewChange(id: "z", verdict: .set(.reject)))
      // A line that was whole but for its line feed is whole now.
      #expect(file.all.last?.id == (file.all.contains { $0.id == "ಅ" } ? "ಅ" : "z"))
      #expect(file["z"].verdict == .reject)
    }
  }

  /// As an editor leaves a file that somebody wrote into.
  @Test func theLastLineNeedsNoLineFeed() throws {
    try Data(#"{"id":"a","verdict":"reject"}"#.utf8).write(to: URL(fileURLWithPath: path))
    #expect(try ReviewFile(path)["a"].verdict == .reject)
    try Data("reject".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: AksharaError.self) { try ReviewFile(path) }
  }

  @Test func twoWritersDoNotUndoEachOther() throws {
    let writers = [try ReviewFile(path), try ReviewFile(path)]
    for number in 0..<50 {
      try writers[number % 2].append(
        ReviewChange(id: "\(number)", verdict: .set(number % 3 == 0 ? .reject : .accept)))
      try writers[(number + 1) % 2].append(ReviewChange(id: "\(number)", note: .set("n")))
    }
    for file in writers + [try ReviewFile(path)] {
      try file.refresh()
      #expect(file.all.count == 50)
      #expect(file.count(of: .reject) == 17)
      #expect(file.all.allSatisfy { $0.review.note == "n" && $0.review.verdict != nil })
    }
  }

  /// Writers in threads, each with a handle of its own, as in programs of their own.
  @Test func manyWritersAtOnceLoseNothing() throws {
    let path = self.path
    DispatchQueue.concurrentPerform(iterations: 4) { writer in
      guard let file = try? ReviewFile(path) else { return }
      for number in 0..<25 {
        try? file.append(ReviewChange(id: "\(writer)-\(number)", verdict: .set(.reject)))
      }
    }
    #expect(try ReviewFile(path).all.count == 100)
  }

  @Test func whatIsNoFileOfVerdictsIsRefused() throws {
    for (content, problem) in [
      ("one two\n", "the line is no review"),
      ("{\"verdict\":\"accept\"}\n", "the review names no conversation"),
      ("{\"id\":\"a\",\"verdict\":\"maybe\"}\n", "the verdict is \"maybe\""),
      ("{\"id\":\"a\",\"note\":1}\n", "the note is no text of at most 4096 bytes"),
    ] {
      try Data(content.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: AksharaError.self) { try ReviewFile(path) }
      #expect(error?.message == problem)
      #expect(error?.location == SourceLocation(file: path, line: 1))
    }
    #expect(throws: AksharaError.self) { try ReviewFile.existing(folder.file("none")) }
  }

  @Test func idsThatOnlyLookAlikeAreTwo() throws {
    let file = try ReviewFile(path)
    try file.append(ReviewChange(id: "\u{C95}\u{CC7}", verdict: .set(.reject)))
    #expect(file["\u{C95}\u{CC6}\u{CD5}"].isEmpty)
  }
}
