import Artifacts
import Fixtures
import Foundation
import Testing

/// What `shard` and `labels` say of folders, and the statuses with which they end.
@Suite struct LabelsCommandTests {
  private let akshara = AksharaProcess()

  /// A tokenizer's folder, conversations, and a shard set made with the two.
  private func makeSet(_ akshara: AksharaProcess, in folder: TemporaryFolder) throws {
    try AtomicFile.write(Array("one two three\n".utf8), to: folder.file("text.txt"))
    let line = #"{"id":"a","messages":[{"role":"user","content":"one"},"#
    let answer = #"{"role":"assistant","content":"two"}]}"#
    try AtomicFile.write(Array((line + answer + "\n").utf8), to: folder.file("in.jsonl"))
    let trained = try akshara.run([
      "tokenizer", "train", folder.file("text.txt"), "--output", folder.file("tokenizer"),
      "--vocab-size", "260", "--special", "<|im_start|>", "<|im_end|>",
    ])
    #expect(trained.status == 0, "\(trained.errors)")
    let made = try akshara.run([
      "shard", folder.file("in.jsonl"), "--tokenizer", folder.file("tokenizer"), "--template",
      "chatml", "--output", folder.file("set"),
    ])
    #expect(made.status == 0, "\(made.errors)")
  }

  @Test func aFolderStandsForItsTokenizerFile() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let verified = try akshara.run([
      "labels", "verify", folder.file("set"), "--tokenizer", folder.file("tokenizer"),
    ])
    #expect(verified.status == 0, "\(verified.errors)")
    let empty = TemporaryFolder()
    for arguments in [
      ["labels", "verify", folder.file("set"), "--tokenizer", empty.path],
      ["shard", folder.file("in.jsonl"), "--tokenizer", empty.path, "--output", empty.file("s")],
    ] {
      let outcome = try akshara.run(arguments)
      #expect(outcome.status == 1)
      #expect(outcome.errors.hasPrefix("akshara: \(empty.path)"))
      #expect(outcome.errors.contains("tokenizer.json"))
    }
  }

  @Test func aDamagedSetEndsWith3() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let files = [
      "tokenizer.json", "train/rows-00000-of-00001.arrow", "train/data-00000-of-00001.arrow",
    ]
    for name in files {
      let path = folder.file("set/\(name)")
      let content = try #require(FileManager.default.contents(atPath: path))
      try AtomicFile.write([UInt8](content.dropLast(9)), to: path)
      let outcome = try akshara.run(["labels", "verify", folder.file("set")])
      #expect(outcome.status == 3)
      #expect(outcome.errors.hasPrefix("akshara: \(path)"), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
      try AtomicFile.write([UInt8](content), to: path)
      #expect(try akshara.run(["labels", "verify", folder.file("set")]).status == 0)
    }
  }

  @Test func rowsAreShownByIDWithTokensOrAksharas() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    func show(_ arguments: String...) throws -> AksharaProcess.Outcome {
      try akshara.run(["labels", "show", folder.file("set")] + arguments)
    }
    let plain = try show("--id", "a")
    #expect(plain.output.hasPrefix("train row 0 · a · chatml · "))
    #expect(plain.output.contains("⟦two<|im_end|>⟧⏎"))
    #expect(try show("--aksharas").output.contains("<|im_end|>│"))
    let table = try show("--ids", "--bytes").output
    #expect(table.contains("  token       id    label  part"))
    #expect(table.contains("3C 7C 69 6D 5F 65 6E 64 7C 3E"))
    let unknown = try show("--id", "b")
    #expect(unknown.status == 2 && unknown.errors.contains("the set has no conversation `b`"))
    #expect(try show("--json", "--ids").status == 2)
    #expect(try show("--row", "0", "--id", "a").status == 2)
  }

  @Test(arguments: ["show", "verify"])
  func aFolderThatIsNoShardSetEndsWith1(command: String) throws {
    guard let akshara else { return }
    let empty = TemporaryFolder()
    let outcome = try akshara.run(["labels", command, empty.path])
    #expect(outcome.status == 1)
    #expect(
      outcome.errors
        == "akshara: \(empty.path): this is not a shard set (it has no manifest.json); name a "
        + "folder that `akshara shard` wrote\n")
  }
}
