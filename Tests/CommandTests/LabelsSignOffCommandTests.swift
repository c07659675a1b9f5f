import Artifacts
import Fixtures
import Foundation
import Testing

/// What `labels report`, `approve`, `diff` and the check of other tools' sets say, and their statuses.
@Suite struct LabelsSignOffCommandTests {
  private let akshara = AksharaProcess()

  /// A tokenizer and a shard set of two conversations.
  private func makeSet(_ akshara: AksharaProcess, in folder: TemporaryFolder) throws {
    try AtomicFile.write(Array("one two three\n".utf8), to: folder.file("text.txt"))
    let lines = [("a", "ಒಂದು", "ಎರಡು"), ("b", "one", "two")].map { id, question, answer in
      #"{"id":"\#(id)","messages":[{"role":"user","content":"\#(question)"},"#
        + #"{"role":"assistant","content":"\#(answer)"}]}"# + "\n"
    }
    try AtomicFile.write(Array(lines.joined().utf8), to: folder.file("in.jsonl"))
    for arguments in [
      [
        "tokenizer", "train", folder.file("text.txt"), "--output", folder.file("tokenizer"),
        "--vocab-size", "260", "--special", "<|im_start|>", "<|im_end|>",
      ],
      [
        "shard", folder.file("in.jsonl"), "--tokenizer", folder.file("tokenizer"), "--template",
        "chatml", "--output", folder.file("set"),
      ],
    ] {
      let made = try akshara.run(arguments)
      #expect(made.status == 0, "\(made.errors)")
    }
  }

  @Test func aSetIsLookedAtApprovedAndCompared() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let set = folder.file("set")
    let report = try akshara.run([
      "labels", "report", set, "--sample", "5", "--output", folder.file("page.html"),
    ])
    #expect(report.status == 0 && report.errors.contains("2 rows in "), "\(report.errors)")
    let page = String(
      decoding: FileManager.default.contents(atPath: folder.file("page.html")) ?? Data(),
      as: UTF8.self)
    #expect(page.contains("lang=\"kn\"") && page.contains("The proof holds."))
    #expect(page.contains("<mark>ಎರಡು</mark>") && page.contains("not approved"))
    #expect(!page.contains("src=") && !page.contains("href="))

    let approved = try akshara.run(["labels", "approve", set, "--by", "R", "--note", "read"])
    #expect(approved.status == 0 && approved.errors.hasPrefix("approved by R ("))
    let verified = try akshara.run([
      "labels", "verify", set, "--conversations", folder.file("in.jsonl"),
    ])
    #expect(verified.status == 0)
    #expect(verified.errors.contains("messages 4 unchanged"))
    #expect(verified.errors.contains("approved by R ("), "a new proof keeps the approval")
    #expect(!verified.errors.contains("\u{1B}["), "no colours but on a terminal")
    let difference = try akshara.run(["labels", "diff", set, set])
    #expect(difference.output == "2 rows are the same\n")
  }

  @Test func aReportNeverReplacesAFileOfTheSet() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let set = folder.file("set")
    func report(_ arguments: String...) throws -> AksharaProcess.Outcome {
      try akshara.run(["labels", "report", set] + arguments)
    }
    #expect(try akshara.run(["labels", "approve", set, "--by", "R", "--note", "n"]).status == 0)
    for name in ["manifest.json", "approval.json", "tokenizer.json", "train/state.json"] {
      let file = "\(set)/\(name)"
      let before = FileManager.default.contents(atPath: file)
      let outcome = try report("--output", file)
      #expect(outcome.status == 2 && outcome.errors.contains("would replace the input"), "\(name)")
      #expect(FileManager.default.contents(atPath: file) == before)
    }
    let other = "\(folder.file("tokenizer"))/tokenizer.json"
    #expect(try report("--tokenizer", other, "--output", other).status == 2)
    #expect(try report("--sample", "0", "--output", folder.file("page.html")).status == 2)
    let small = try report(
      "--sample", "1", "--stratify", "split,language", "--output", "\(set)/page.html")
    #expect(small.status == 0, "\(small.errors)")
    // The page in the set's folder is the user's, and is not lost when the set is made again.
    let again = try akshara.run([
      "shard", folder.file("in.jsonl"), "--tokenizer", folder.file("tokenizer"), "--template",
      "chatml", "--output", set,
    ])
    #expect(again.status == 2 && again.errors.contains("was approved by R"), "\(again.errors)")
    try Folder.remove("\(set)/approval.json")
    let third = try akshara.run([
      "shard", folder.file("in.jsonl"), "--tokenizer", folder.file("tokenizer"), "--template",
      "chatml", "--output", set,
    ])
    #expect(third.status == 2 && third.errors.contains("`page.html`"), "\(third.errors)")
  }

  @Test func anotherToolsSetIsCheckedAndRewritten() throws {
    guard let akshara else { return }
    let folder = TemporaryFolder()
    try makeSet(akshara, in: folder)
    let shown = try akshara.run(["labels", "show", folder.file("set"), "--json"])
    try AtomicFile.write(Array(shown.output.utf8), to: folder.file("theirs.jsonl"))
    let tokenizer = ["--tokenizer", folder.file("tokenizer")]
    let verify = ["labels", "verify", folder.file("theirs.jsonl")] + tokenizer
    let bare = try akshara.run(verify)
    #expect(bare.status == 0 && bare.errors.contains("no fault found, but not proven"))
    let whole = try akshara.run(
      verify + ["--template", "chatml", "--conversations", folder.file("in.jsonl")])
    #expect(whole.status == 0 && whole.errors.hasSuffix("2 rows checked: proven\n"))
    let unknown = try akshara.run(["labels", "verify", folder.file("theirs.jsonl")])
    #expect(unknown.status == 2 && unknown.errors.contains("name it with --tokenizer"))
    let made = try akshara.run(
      ["shard", "--from", folder.file("theirs.jsonl"), "--output", folder.file("ours")]
        + tokenizer)
    #expect(made.status == 0, "\(made.errors)")
    let verified = try akshara.run(["labels", "verify", folder.file("ours")])
    #expect(verified.errors.contains("not checked: original_text, message_borders, control_tokens"))
    // A label that is no token's.
    let broken = shown.output.replacing("\"labels\":[-100", with: "\"labels\":[7")
    try AtomicFile.write(Array(broken.utf8), to: folder.file("theirs.jsonl"))
    let faulty = try akshara.run(verify)
    #expect(faulty.status == 3 && faulty.errors.contains("label_differs_from_token"))
  }
}
