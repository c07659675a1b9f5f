import Artifacts
import Fixtures
import Foundation
import Testing

/// `akshara tokenizer train` when it is asked for wrong things, killed, or out of space.
@Suite struct TokenizerTrainCommandTests {
  private let folder = TemporaryFolder()
  private static let files = [
    "special_tokens_map.json", "tokenizer.json", "tokenizer_config.json",
  ]

  /// Words of several lengths, more than one chunk of them.
  private func text() throws -> String {
    var state: UInt64 = 21
    func next(_ count: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407  // Knuth's MMIX
      return Int(state >> 33) % count
    }
    let letters = ["ಕ", "ನ್", "ಾ", "తె", "a", "b", "e", "th", "☃", " ", "1"]
    let lines = (0..<60_000).map { _ in
      (0..<8).map { _ in letters[next(letters.count)] }.joined()
    }
    try AtomicFile.write(Array(lines.joined(separator: "\n").utf8), to: folder.file("text.txt"))
    return folder.file("text.txt")
  }

  private func arguments(_ input: String, _ output: String, _ more: String...) -> [String] {
    ["tokenizer", "train", input, "--output", folder.file(output), "--vocab-size", "900"] + more
  }

  @Test(arguments: ["byte-level", "sentencepiece"])
  func threadsDoNotMatter(model: String) throws {
    guard let akshara = AksharaProcess() else { return }
    let text = try text()
    for threads in ["1", "2", "5"] {
      let outcome = try akshara.run(
        arguments(text, threads, "--threads", threads, "--model", model))
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    for file in Self.files {
      let digest = try Digest(ofFile: folder.file("1/\(file)"))
      #expect(try Digest(ofFile: folder.file("2/\(file)")) == digest, "\(file)")
      #expect(try Digest(ofFile: folder.file("5/\(file)")) == digest, "\(file)")
    }
  }

  @Test func killedAtAnyMomentItLeavesTheOldTokenizerOrTheNewOne() throws {
    guard let akshara = AksharaProcess() else { return }
    let text = try text()
    #expect(try akshara.run(arguments(text, "new")).status == 0)
    let new = try Digest(ofFile: folder.file("new/tokenizer.json"))
    #expect(try akshara.run(arguments(text, "out", "--pattern", "gpt2")).status == 0)
    let old = try Digest(ofFile: folder.file("out/tokenizer.json"))
    let (last, kills) = try akshara.runUnderKills(
      arguments(text, "out"), delay: 0.005, growth: 1.4
    ) {
      let place = Path.exists(folder.file("out")) ? "out" : ".out.replaced"
      let digest = try Digest(ofFile: folder.file("\(place)/tokenizer.json"))
      #expect(digest == old || digest == new)
    }
    #expect(last.status == 0, "\(last.errors)")
    #expect(kills > 3)
    #expect(try Digest(ofFile: folder.file("out/tokenizer.json")) == new)
    #expect(Folder.list(folder.file("out")) == Self.files)
    #expect(!Path.exists(folder.file(".out.partial")))
  }

  @Test func aFullDiskLeavesNothing() throws {
    guard let akshara = AksharaProcess() else { return }
    // The command waits for the pipe's other end; meanwhile its file is led to a full device.
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    let process = try akshara.start(arguments(pipe, "out"))
    while process.isRunning, !Path.exists(folder.file(".out.partial")) { usleep(500) }
    usleep(50_000)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file(".out.partial/.tokenizer.json.partial"),
      withDestinationPath: "/dev/full")
    let writer = try #require(FileHandle(forWritingAtPath: pipe))
    try writer.write(contentsOf: Data("ab ab ab\n".utf8))
    try writer.close()
    let outcome = process.finish()
    #expect(outcome.status != 0)
    #expect(
      outcome.errors.contains("tokenizer.json: cannot write the file: No space left on device"),
      "\(outcome.errors)")
    #expect(!Path.exists(folder.file("out")))
    #expect(!Path.exists(folder.file(".out.partial")))
  }

  @Test func saysWhenItsReportCannotBeWritten() throws {
    guard let akshara = AksharaProcess() else { return }
    try AtomicFile.write(Array("ab ab\n".utf8), to: folder.file("a.txt"))
    let outcome = try akshara.run(
      arguments(folder.file("a.txt"), "out", "--json"), outputTo: "/dev/full")
    #expect(outcome.status != 0)
    #expect(outcome.errors.contains("cannot write to standard output"), "\(outcome.errors)")
  }

  @Test func trainsCharactersWithBytes() throws {
    guard let akshara = AksharaProcess() else { return }
    try AtomicFile.write(Array("ಕನ್ನಡ ನಾಡು the cat\n".utf8), to: folder.file("a.txt"))
    let train = try akshara.run(
      arguments(folder.file("a.txt"), "out", "--model", "sentencepiece", "--bos-token", "<s>"))
    #expect(train.status == 0, "\(train.errors)")
    let text = "the ಕನ್ನಡ ☃\n ತ\n"
    let encoded = try akshara.run(
      ["tokenizer", "encode", "--tokenizer", folder.file("out")], input: text)
    let decoded = try akshara.run(
      ["tokenizer", "decode", "--tokenizer", folder.file("out")], input: encoded.output)
    #expect(decoded.output == text)
  }

  @Test func refusesWhatMeansNothing() throws {
    guard let akshara = AksharaProcess() else { return }
    try AtomicFile.write(Array("ab ab\n".utf8), to: folder.file("a.txt"))
    try AtomicFile.write([0], to: folder.file("model/model.safetensors"))
    try AtomicFile.write([0], to: folder.file("model/tokenizer.json"))
    let input = folder.file("a.txt")
    for (more, expected) in [
      (
        ["--model", "sentencepiece", "--pattern", "gpt2"],
        "`--pattern` means nothing for `--model sentencepiece`; leave it out"
      ),
      (
        ["--character-coverage", "0.5"],
        "`--character-coverage` means nothing for `--model byte-level`; leave it out"
      ),
      (
        ["--model", "sentencepiece", "--character-coverage", "2"],
        "`character_coverage` cannot be 2.0; give a share from 0 to 1"
      ),
      (["--model", "unigram"], "The value 'unigram' is invalid for '--model <model>'"),
      (
        ["--model", "sentencepiece", "--eos-token", "<end>"],
        "the eos_token `<end>` is not a special token of the tokenizer; name one of: <unk>, <s>, </s>"
      ),
    ] {
      let outcome = try akshara.run(
        ["tokenizer", "train", input, "--output", folder.file("x"), "--vocab-size", "300"] + more)
      #expect(outcome.status != 0)
      #expect(outcome.errors.contains(expected), "\(outcome.errors)")
      #expect(!Path.exists(folder.file("x")))
    }
    let model = try akshara.run(arguments(input, "model"))
    #expect(
      model.errors.contains(
        "model: the output folder holds something else: `model.safetensors`; choose a folder that is "
          + "new or empty"), "\(model.errors)")
    #expect(model.status != 0)
    #expect(Path.exists(folder.file("model/model.safetensors")))
    let inside = try akshara.run(arguments(folder.file("model/tokenizer.json"), "model"))
    #expect(inside.status != 0)
  }
}
