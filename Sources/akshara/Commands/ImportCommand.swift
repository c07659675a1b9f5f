import ArgumentParser
import Artifacts
import Conversations
import Pipeline

/// `akshara import`.
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Turns scenes, snippets, data sets and text into conversations.",
    discussion: """
      Every record that is read becomes a conversation or is set aside with a reason. Without \
      --quarantine the first broken row stops the import; scenes in which nobody, or not the \
      assistant, speaks are no fault and only counted.

      Data sets may be JSON Lines, JSON arrays, JSON documents one after another, CSV or TSV, each \
      plain, .gz or .zst, and Parquet or Arrow (tools/build-arrow-plugin). Their columns are \
      recognized; `--map ours=theirs` names them by hand, and a LLaMA-Factory dataset_info.json \
      beside the file is followed. Of DOCX, ODT and PDF (pdftotext) the text is taken, of XLSX and ODS \
      each sheet is a table (`book.xlsx#Sheet` is one of them). docs/IMPORTERS.md has an example of each format.
      """)

  @Argument(
    help: """
      What the files are: auto; data sets: conversations, messages (OpenAI, ShareGPT), dolly, \
      alpaca, completion, preference (DPO, HH), text, also known as \
      \(Self.aliases); scripts: fountain, fdx (Final Draft), script (text of Celtx or a PDF), \
      scene-markdown (### SCENE 1), scene-json; dialogue: snippets (#### CATEGORY – Title), \
      dialogue (NAME: line), dialogue-table (CSV, TSV), srt, webvtt.
      """)
  var kind: ImportKind

  @Argument(
    help: "Files, folders, patterns with * and ?, or hf://datasets/OWNER/NAME[@REVISION][/PATH].")
  var paths: [String]

  @Option(
    help: "The JSON Lines file to write (.jsonl, .jsonl.gz, .jsonl.zst); else standard output.")
  var output: String?

  @Option(help: "Where records that cannot be used are written, with place and reason.")
  var quarantine: String?

  @OptionGroup(title: "Scenes and snippets") var scenes: SceneArguments

  @Option(help: "The licence of the source, as an SPDX identifier.")
  var licence: String?

  @Option(help: "The language, where the script does not tell it: kn-Latn, te-Latn.")
  var language: String?

  @OptionGroup var encoded: EncodingArguments

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Our column and the file's. Ours are \(Self.ourColumns).", valueName: "instruction=prompt"))
  var map: [String] = []

  @Option(help: "The names of a table's columns, with commas, if its first record is a row.")
  var columns: String?

  @Option(
    parsing: .unconditional,
    help: "How many broken rows are allowed: 0, or any number with --quarantine.")
  var maxBadRows: Int?

  @OptionGroup var threading: ThreadOptions

  @Flag(help: "Print the counts as JSON at the end.")
  var json = false

  func run() throws {
    try OutputCheck.refuseReplacing(inputs: paths, by: [output, quarantine].compactMap(\.self))
    let sink = try output.map { try AtomicFile.sink($0, isDigested: false) } ?? StandardOutputSink()
    let writer = ConversationWriter(sink: sink)
    let aside = try quarantine.map { try JSONLinesWriter($0) }
    let report = try Importer(resolved()).run(into: writer, quarantine: aside)
    try aside?.commit()
    try writer.finish()
    if let first = report.firstFault { StandardError.print("the first record set aside: \(first)") }
    for file in report.emptyFiles { StandardError.print("warning: 0 records in \(file)") }
    if !report.skippedFiles.isEmpty {
      StandardError.print("not read: \(report.skippedFiles.joined(separator: ", "))")
    }
    StandardError.print(report.summary)
    guard json else { return }
    let line = report.json.compactString
    if output == nil { StandardError.print(line) } else { print(line) }
  }

  private static var aliases: String {
    ImportKind.aliases.keys.sorted().joined(separator: ", ")
  }

  private static var ourColumns: String {
    let lists = ImportOptions.columnNames.map { kind, names in
      "\(names.joined(separator: ", ")) (\(kind.rawValue))"
    }
    return lists.joined(separator: "; ")
  }

  /// The options, with what they name on the hub brought.
  private func resolved() throws -> ImportOptions {
    try HubSources.resolve(try options()) { try HubDownload.pull($0) }
  }

  private func options() throws -> ImportOptions {
    var options = ImportOptions(kind: kind, paths: paths)
    options.licence = licence
    options.language = language
    try encoded.apply(to: &options)
    try scenes.apply(to: &options)
    options.columns = try ImportOptions.columns(map)
    options.tableColumns = columns.map { $0.split(separator: ",").map(String.init) }
    options.threads = threading.threads
    options.maxBadRows = maxBadRows ?? (quarantine == nil ? 0 : nil)
    return options
  }
}

extension ImportKind: ExpressibleByArgument {
  /// A kind by its name, or by a name under which data sets are known.
  public init?(argument: String) {
    guard let kind = ImportKind(rawValue: argument) ?? ImportKind.aliases[argument] else {
      return nil
    }
    self = kind
  }
}
