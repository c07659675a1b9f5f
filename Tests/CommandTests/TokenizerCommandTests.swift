import Artifacts
import Fixtures
import Testing

/// `akshara tokenizer` as users see it.
@Suite struct TokenizerCommandTests {
  private let folder = TemporaryFolder()

  /// Trains on a few words; returns the folder.
  private func train(_ akshara: AksharaProcess, _ arguments: [String] = []) throws -> String {
    let text = folder.file("words.txt")
    try AtomicFile.write(Array("ಕನ್ನಡ ಕನ್ನಡ ನಾಡು\nthe the cat\n".utf8), to: text)
    let outcome = try akshara.run(
      ["tokenizer", "train", text, "--output", folder.file("tokenizer"), "--vocab-size", "262"]
        + ["--special", "<|end|>", "<|pad|>"] + arguments)
    #expect(outcome.status == 0, "\(outcome.errors)")
    #expect(
      outcome.errors
        == "262 tokens from 57 bytes of text with 7 different words: \(folder.file("tokenizer"))"
        + "/tokenizer.json\n")
    return folder.file("tokenizer")
  }

  @Test func trainsEncodesAndDecodes() throws {
    guard let akshara = AksharaProcess() else { return }
    let file = try train(akshara, ["--eos-token", "<|end|>"]) + "/tokenizer.json"
    let text = "ಕನ್ನಡ<|end|>\n\nthe cat\n"
    let encoded = try akshara.run(["tokenizer", "encode", "--tokenizer", file], input: text)
    #expect(encoded.output.split(separator: "\n", omittingEmptySubsequences: false).count == 4)
    #expect(
      encoded.output.split(separator: "\n").allSatisfy { !$0.split(separator: " ").contains("0") })
    let decoded = try akshara.run(
      ["tokenizer", "decode", "--tokenizer", file], input: encoded.output)
    #expect(decoded.output == text)
    let allowed = try akshara.run(
      ["tokenizer", "encode", "--tokenizer", file, "--special", "allow"], input: "<|pad|><|end|>")
    #expect(allowed.output == "1 0\n")
  }

  /// The kernels of lesser machines, through the variable that asks for them. A machine that lacks an
  /// instruction set refuses it.
  @Test func allInstructionSetsGiveTheSameTokens() throws {
    guard let akshara = AksharaProcess() else { return }
    let input = String(
      repeating: "ಕನ್ನಡ ನಾಡು, తెలుగు భాష! It's 12345 o'clock\u{200D} \t\u{A0}日本 😀\n", count: 300)
    func encode(_ instructions: String?) throws -> AksharaProcess.Outcome {
      try akshara.run(
        ["tokenizer", "encode", "--tokenizer", "samples/base/tokenizer.json", "--whole"],
        input: input, environment: instructions.map { ["AKSHARA_ISA": $0] } ?? [:])
    }
    let best = try encode(nil)
    #expect(best.status == 0, "\(best.errors)")
    #expect(best.output.count > 300)
    #expect(try encode("scalar").output == best.output)
    let avx2 = try encode("avx2")
    if avx2.status == 0 {
      #expect(avx2.output == best.output)
    } else {
      #expect(avx2.errors.contains("AKSHARA_ISA is `avx2`, which this machine does not have"))
    }
    let unknown = try encode("sse9")
    #expect(unknown.status != 0 && unknown.errors.contains("AKSHARA_ISA is `sse9`"))
  }

  @Test func trainsOnFoldersAndTellsProgramsWhatItDid() throws {
    guard let akshara = AksharaProcess() else { return }
    try AtomicFile.write(Array("ab ab ab\n".utf8), to: folder.file("in/kn.txt"))
    try AtomicFile.write(Array(#"{"body": "cd cd"}"#.utf8), to: folder.file("in/rows.jsonl"))
    try AtomicFile.write([0], to: folder.file("in/image.png"))
    let outcome = try akshara.run([
      "tokenizer", "train", folder.file("in"), "--output", folder.file("out"), "--vocab-size",
      "258", "--field", "body", "--threads", "3", "--keep-aksharas", "--json",
    ])
    #expect(
      outcome.errors
        == "not read, as it is no text file: \(folder.file("in"))/image.png\n"
        + "258 tokens from 14 bytes of text with 5 different words: \(folder.file("out"))"
        + "/tokenizer.json\n")
    #expect(
      outcome.output
        == #"{"tokens":258,"merges":2,"akshara_merges":0,"last_frequency":2,"words":5,"bytes":14,"#
        + #""sources":[{"name":"\#(folder.file("in"))","bytes":14,"weight":1}]}"# + "\n")
  }

  @Test func refusesTrainingsThatCannotBe() throws {
    guard let akshara = AksharaProcess() else { return }
    try AtomicFile.write(Array("ab\n".utf8), to: folder.file("a.txt"))
    try AtomicFile.write(Array(#"{"text": 5}"#.utf8), to: folder.file("rows.jsonl"))
    func errors(_ arguments: String...) throws -> String {
      let outcome = try akshara.run(
        ["tokenizer", "train", "--output", folder.file("x"), "--vocab-size", "300"] + arguments)
      #expect(outcome.status != 0)
      #expect(!Path.exists(folder.file("x")))
      return outcome.errors
    }
    #expect(
      try errors(folder.file("rows.jsonl"))
        .contains("rows.jsonl:1: the row has no text `text`; name the field that holds the text"))
    #expect(
      try errors(folder.file("a.txt"), "--balance", "characters")
        .contains(
          "`balance` needs several sources of text, and there is one; name a file or folder"))
    #expect(try errors(folder.file("none.txt")).contains("none.txt: there is no such file"))
  }

  @Test func convertsIntoAnotherFileOrStandardOutputOnly() throws {
    guard let akshara = AksharaProcess() else { return }
    let file = try train(akshara) + "/tokenizer.json"
    let bytes = try TextFile(file).bytes
    func convert(_ tokenizer: String, _ output: String) throws -> AksharaProcess.Outcome {
      try akshara.run(["tokenizer", "convert", "--tokenizer", tokenizer, "--output", output])
    }
    for path in [file, Path.folder(of: file)] {
      let refused = try convert(path, file)
      #expect(refused.status == 2)
      #expect(
        refused.errors
          == "akshara: \(file): the output would replace the input `\(file)`; choose another output\n"
      )
    }
    #expect(try TextFile(file).bytes == bytes)
    #expect(try convert(file, folder.file("copy.json")).status == 0)
    #expect(try TextFile(folder.file("copy.json")).bytes == bytes)
    let printed = try convert(file, "-")
    #expect(printed.status == 0 && Array(printed.output.utf8) == bytes)
  }

  @Test func anEmptyCorpusIsWarnedOf() throws {
    guard let akshara = AksharaProcess() else { return }
    let empty = folder.file("empty.txt")
    try AtomicFile.write([], to: empty)
    let trained = try akshara.run(
      ["tokenizer", "train", empty, "--output", folder.file("x"), "--vocab-size", "256"])
    #expect(trained.status == 0)
    #expect(trained.errors.hasPrefix("warning: no text in \(empty)\n256 tokens from 0 bytes"))
    let file = folder.file("x/tokenizer.json")
    let reported = try akshara.run(["tokenizer", "report", empty, "--tokenizer", file, "--json"])
    #expect(reported.status == 0)
    #expect(reported.errors == "warning: no text in \(empty)\n")
  }

  @Test func oneDocumentOfAllInput() throws {
    guard let akshara = AksharaProcess() else { return }
    let file = try train(akshara) + "/tokenizer.json"
    let text = "the\r\n\n cat"
    let encoded = try akshara.run(
      ["tokenizer", "encode", "--whole", "--json", "--tokenizer", file], input: text)
    #expect(try JSONValue(parsing: encoded.output)["ends"]?.array?.last == 10)
    let decoded = try akshara.run(
      ["tokenizer", "decode", "--whole", "--tokenizer", file], input: encoded.output)
    #expect(decoded.output == text)
  }

  /// NUL, carriage returns and empty lines are text; a last line without a line feed gets one.
  @Test func linesMayHoldAnything() throws {
    guard let akshara = AksharaProcess() else { return }
    let file = try train(akshara) + "/tokenizer.json"
    for (text, decodedText) in [
      ("a\0b\r\n\r\nlast", "a\0b\r\n\r\nlast\n"), ("\n\n", "\n\n"), ("", ""), ("\0", "\0\n"),
    ] {
      let encoded = try akshara.run(["tokenizer", "encode", "--tokenizer", file], input: text)
      #expect(encoded.status == 0, "\(encoded.errors)")
      let decoded = try akshara.run(
        ["tokenizer", "decode", "--tokenizer", file], input: encoded.output)
      #expect(decoded.output == decodedText)
    }
    let full = try akshara.run(
      ["tokenizer", "encode", "--tokenizer", file], input: "x\n", outputTo: "/dev/full")
    #expect(full.status == 1)
    #expect(
      full.errors
        == "akshara: cannot write to standard output: No space left on device; "
        + "look at where it goes, and start again\n")
  }

  @Test func saysWhatIsWrong() throws {
    guard let akshara = AksharaProcess() else { return }
    func errors(_ arguments: String..., input: String = "") throws -> String {
      let outcome = try akshara.run(["tokenizer"] + arguments, input: input)
      #expect(outcome.status != 0)
      return outcome.errors
    }
    let words = folder.file("words.txt")
    let file = try train(akshara) + "/tokenizer.json"
    #expect(
      try errors("train", words, "--output", folder.file("x"), "--vocab-size", "99")
        .contains("`vocab_size` cannot be 99; give at least 256"))
    #expect(
      try errors(
        "train", words, "--output", folder.file("x"), "--vocab-size", "300", "--pattern", "o300k"
      ).contains("there is no split pattern `o300k`; use one of: gpt2, cl100k"))
    #expect(
      try errors(
        "train", words, "--output", folder.file("x"), "--vocab-size", "300", "--eos-token", "</s>"
      ).contains("the eos_token `</s>` is not a special token of the tokenizer"))
    #expect(!Path.exists(folder.file("x")))
    #expect(
      try errors("encode", "--tokenizer", folder.file("none.json"))
        .contains("none.json: there is no such file; check the path"))
    #expect(
      try errors("decode", "--tokenizer", file, input: "1\n2 900\n")
        .contains("standard input:2: number 2 of the line is no token ID"))
  }
}
