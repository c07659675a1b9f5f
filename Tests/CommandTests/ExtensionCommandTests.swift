import Artifacts
import Fixtures
import Testing

/// `akshara tokenizer extend`, `akshara tokenizer report` and `akshara resize` as users see them.
@Suite struct ExtensionCommandTests {
  private let folder = TemporaryFolder()
  private let base = RepositoryPaths.file("samples/base")

  private func words(_ text: String = "ಕನ್ನಡ ಕನ್ನಡ ನಾಡು తెలుగు తెలుగు\n") throws -> String {
    try AtomicFile.write(Array(text.utf8), to: folder.file("words.txt"))
    return folder.file("words.txt")
  }

  /// Extends the sample model's tokenizer by three tokens.
  private func extend(
    _ akshara: AksharaProcess, _ arguments: [String] = [], to device: String? = nil
  ) throws -> AksharaProcess.Outcome {
    try akshara.run(
      ["tokenizer", "extend", "--base", base, "--corpus", try words(), "--add", "3"]
        + ["--output", folder.file("extended")] + arguments, outputTo: device)
  }

  @Test func extendsResizesAndCompares() throws {
    guard let akshara = AksharaProcess() else { return }
    let extended = try extend(akshara, ["--json"])
    #expect(extended.status == 0, "\(extended.errors)")
    #expect(
      extended.errors
        == "3 tokens added, 6016 to 6018; tokens a word of the corpus: 1.67 (kn), 1.00 (te): "
        + "\(folder.file("extended"))\n")
    #expect(try JSONValue(parsing: extended.output)["first_new_id"] == 6016)

    let resized = try akshara.run([
      "resize", "--model", base, "--tokenizer", folder.file("extended"), "--output",
      folder.file("resized"),
    ])
    #expect(resized.status == 0)
    #expect(resized.errors == "6019 rows, 3 new: \(folder.file("resized"))\n")
    let again = try akshara.run([
      "resize", "--model", folder.file("resized"), "--tokenizer", folder.file("extended"),
      "--output", folder.file("again"),
    ])
    #expect(again.status == 2)
    #expect(
      again.errors
        == "akshara: \(folder.file("resized"))/trainable_token_indices.json: the model has rows for "
        + "these tokens already, and what they learnt would be lost; resize the model that was not "
        + "resized\n")

    let compared = try akshara.run([
      "tokenizer", "report", try words(), "--tokenizer", "old=\(base)", "--tokenizer",
      "new=\(folder.file("extended"))", "--output", folder.file("report.html"), "--json",
    ])
    #expect(compared.status == 0)
    #expect(compared.errors == "compared 2 tokenizers: \(folder.file("report.html"))\n")
    let numbers = try JSONValue(parsing: compared.output)
    #expect(numbers["tokenizers"]?.array?.count == 2)
    let page = String(
      decoding: try TextFile(folder.file("report.html")).bytes, as: UTF8.self)
    #expect(page.contains("<title>Tokenizers side by side · Akshara report</title>"))
  }

  @Test func refusesWhatCannotBeExtended() throws {
    guard let akshara = AksharaProcess() else { return }
    func errors(
      _ status: Int32, base: String? = nil, text: String = "ಕನ್ನಡ", add: String = "9",
      output: String = "none", _ more: String...
    ) throws -> String {
      let outcome = try akshara.run(
        ["tokenizer", "extend", "--base", base ?? self.base, "--corpus", try words(text)]
          + ["--add", add, "--output", folder.file(output)] + more)
      #expect(outcome.status == status)
      #expect(!Path.exists(folder.file("none")))
      return outcome.errors
    }
    #expect(
      try errors(2, add: "0")
        == "akshara: cannot add `0` tokens; add at least 1 and at most 1048576\n")
    #expect(
      try errors(2, "--torn-akshara-percent", "101")
        == "akshara: torn aksharas cannot count `101` percent; give a number from -100 to 100\n")
    #expect(
      try errors(1, text: "Only English.")
        == "akshara: the corpus has no Kannada or Telugu word; give text in these scripts, in "
        + "UTF-8\n")
    #expect(
      try errors(1, base: folder.file("nobody.json"))
        == "akshara: \(folder.file("nobody.json")): there is no such file; check the path\n")
    try AtomicFile.write([0], to: folder.file("holiday/photo.png"))
    #expect(
      try errors(2, output: "holiday")
        == "akshara: \(folder.file("holiday")): the output folder holds something else (it has no "
        + "extension.json); choose a folder that is new or empty\n")
    #expect(
      try errors(2, "--balance", "fair")
        .contains("The value 'fair' is invalid for '--balance <balance>'"))
  }

  @Test func refusesWhatCannotBeResized() throws {
    guard let akshara = AksharaProcess() else { return }
    func errors(_ tokenizer: String, _ output: String) throws -> String {
      let outcome = try akshara.run([
        "resize", "--model", base, "--tokenizer", tokenizer, "--output", output,
      ])
      #expect(outcome.status != 0)
      return outcome.errors
    }
    #expect(
      try errors(base, folder.file("x"))
        == "akshara: \(base): there is no extension.json in the tokenizer's folder; give a folder "
        + "of `akshara tokenizer extend`\n")
    #expect(try extend(akshara).status == 0)
    #expect(
      try errors(folder.file("extended"), base)
        == "akshara: \(base): the output would replace the input `\(base)`; choose another output\n"
    )
    try AtomicFile.write([0], to: folder.file("holiday/photo.png"))
    #expect(
      try errors(folder.file("extended"), folder.file("holiday"))
        == "akshara: \(folder.file("holiday")): the output folder holds something else (it has no "
        + "trainable_token_indices.json); choose a folder that is new or empty\n")
    #expect(!Path.exists(folder.file("x")))
  }

  @Test func refusesComparisonsThatSayNothing() throws {
    guard let akshara = AksharaProcess() else { return }
    func errors(_ arguments: String...) throws -> String {
      let outcome = try akshara.run(["tokenizer", "report", try words()] + arguments)
      #expect(outcome.status == 2)
      return outcome.errors
    }
    let one = "--tokenizer=a=\(base)"
    #expect(try errors(one) == "akshara: the report has no place to go; give --output or --json\n")
    #expect(
      try errors(one, one, "--json")
        == "akshara: the tokenizers must be there and have different names; give each as "
        + "NAME=PATH\n")
    #expect(
      try errors(one, "--json", "--context", "0")
        == "akshara: a context of `0` tokens holds nothing; give at least 1\n")
    #expect(
      try errors(one, "--output", try words())
        == "akshara: \(try words()): the output would replace the input `\(try words())`; choose "
        + "another output\n")
  }

  @Test func reportsAFullDisk() throws {
    guard let akshara = AksharaProcess() else { return }
    let extended = try extend(akshara, ["--json"], to: "/dev/full")
    #expect(extended.status == 1)
    #expect(
      extended.errors
        == "akshara: cannot write to standard output: No space left on device; "
        + "look at where it goes, and start again\n")
    let compared = try akshara.run(
      ["tokenizer", "report", try words(), "--tokenizer", base, "--json"], outputTo: "/dev/full")
    #expect(compared.status == 1)
    #expect(
      compared.errors
        == "akshara: cannot write to standard output: No space left on device; "
        + "look at where it goes, and start again\n")
  }
}
