import Artifacts
import Fixtures
import Foundation
import Testing

/// Wrong input gives one sentence with place and remedy, a non-zero exit, and no artifact.
@Suite struct BadInputTests {
  private let akshara = AksharaProcess()

  private func check(
    _ arguments: [String], status: Int32, says parts: [String],
    leavesNothingAt output: String? = nil
  ) throws {
    guard let akshara else { return }
    let outcome = try akshara.run(arguments)
    #expect(outcome.status == status, "\(arguments): \(outcome.errors)")
    let lines = outcome.errors.split(separator: "\n").filter { $0.hasPrefix("akshara: ") }
    #expect(lines.count == 1, "\(outcome.errors)")
    for part in parts { #expect(outcome.errors.contains(part), "\(outcome.errors)") }
    if let output { #expect(!Path.exists(output)) }
  }

  private func file(_ folder: TemporaryFolder, _ name: String, _ bytes: [UInt8]) throws -> String {
    try AtomicFile.write(bytes, to: folder.file(name))
    return folder.file(name)
  }

  @Test func aMissingFile() throws {
    let folder = TemporaryFolder()
    try check(
      ["import", "dolly", folder.file("none.jsonl"), "--output", folder.file("out.jsonl")],
      status: 1, says: ["none.jsonl"], leavesNothingAt: folder.file("out.jsonl"))
  }

  @Test func aFileThatIsNotUTF8() throws {
    let folder = TemporaryFolder()
    let path = try file(
      folder, "a.jsonl",
      Array(#"{"instruction": "a", "context": "", "response": "b"}"#.utf8) + [10]
        + Array(#"{"instruction": ""#.utf8) + [0xFF, 0xFE] + Array(#"", "response": "x"}"#.utf8))
    try check(
      ["import", "dolly", path, "--output", folder.file("out.jsonl")], status: 1,
      says: ["a.jsonl:2"], leavesNothingAt: folder.file("out.jsonl"))
  }

  @Test func aLineCutInHalf() throws {
    let folder = TemporaryFolder()
    let path = try file(
      folder, "a.jsonl",
      Array(
        "{\"instruction\": \"a\", \"context\": \"\", \"response\": \"b\"}\n{\"instruction\": \"a\", \"cont"
          .utf8))
    try check(
      ["import", "dolly", path, "--output", folder.file("out.jsonl")], status: 1,
      says: ["a.jsonl:2"], leavesNothingAt: folder.file("out.jsonl"))
  }

  @Test func aFileOfNothing() throws {
    let folder = TemporaryFolder()
    let path = try file(folder, "a.jsonl", [])
    try check(
      ["import", "auto", path, "--output", folder.file("out.jsonl")], status: 1,
      says: ["a.jsonl", "0 records"], leavesNothingAt: folder.file("out.jsonl"))
    guard let akshara else { return }
    let other = try file(folder, "b.txt", Array("x\n".utf8))
    let outcome = try akshara.run(
      ["import", "text", path, other, "--output", folder.file("out.jsonl")])
    #expect(outcome.status == 0)
    #expect(outcome.errors.contains("warning: 0 records in \(path)"))
  }

  @Test func aNegativeNumberOfBadRows() throws {
    let folder = TemporaryFolder()
    let path = try file(folder, "a.txt", Array("x".utf8))
    try check(
      ["import", "text", path, "--max-bad-rows", "-1"], status: 2, says: ["cannot be negative"])
  }

  @Test func anUnknownRole() throws {
    let folder = TemporaryFolder()
    let path = try file(
      folder, "a.jsonl",
      Array(#"{"id": "x", "messages": [{"role": "narrator", "content": "a"}]}"#.utf8))
    try check(
      ["import", "conversations", path, "--output", folder.file("out.jsonl")], status: 1,
      says: ["a.jsonl:1", "narrator"], leavesNothingAt: folder.file("out.jsonl"))
  }

  @Test func aMisspeltKey() throws {
    let folder = TemporaryFolder()
    let path = try file(
      folder, "r.yaml",
      Array("project: a\nbase_model: b\nsources: []\ntraining:\n  learning_rat: 1\n".utf8))
    try check(
      ["run", path, "--output", folder.file("run")], status: 2,
      says: ["r.yaml"], leavesNothingAt: folder.file("run"))
    let text =
      "project: a\nbase_model: b\nlora:\n  lora_r: 8\nsources:\n  - {kind: text, path: r.yaml}\n"
    let foreign = try file(folder, "r.yaml", Array(text.utf8))
    try check(
      ["run", foreign, "--output", folder.file("run")], status: 2,
      says: ["r.yaml:4", "`lora_r`", "write `r`"], leavesNothingAt: folder.file("run"))
  }

  @Test func wrongCallsExitWith2() throws {
    guard let akshara else { return }
    #expect(try akshara.run(["run"]).status == 2)
    #expect(try akshara.run(["nonsense"]).status == 2)
    #expect(try akshara.run(["run", "x.yaml", "--threads", "0"]).status == 2)
    #expect(try akshara.run(["--help"]).status == 0)
    #expect(try akshara.run(["--version"]).output == "\(AksharaVersion.text)\n")
  }

  @Test(arguments: [
    ["verify", "samples/base", "--files-only", "--json"],
    ["tokenizer", "decode", "--tokenizer", "samples/base/tokenizer.json"],
  ])
  func aFullDiskBehindStandardOutputIsAnErrorAndNoCrash(arguments: [String]) throws {
    guard let akshara else { return }
    let outcome = try akshara.run(arguments, input: "300 301\n", outputTo: "/dev/full")
    #expect(outcome.status == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains("cannot write to standard output"), "\(outcome.errors)")
  }
}
