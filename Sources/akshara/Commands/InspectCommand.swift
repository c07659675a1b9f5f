import ArgumentParser
import Artifacts
import Conversations
import Pipeline

/// `akshara inspect`.
struct InspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Says what files are, and what an import would make of them; writes nothing.",
    discussion: """
      Names the kind and the encoding, the languages, who speaks, what would be set aside and why, \
      and shows three conversations. Of data sets the first records are looked at, of scenes the \
      whole file. With --json one object a file (schemas/inspection.schema.json).
      """)

  @Argument(
    help: "Files, folders, patterns with * and ?, or hf://datasets/OWNER/NAME[@REVISION][/PATH].")
  var paths: [String]

  @Option(help: ArgumentHelp("What the files are; recognized by default.", valueName: "kind"))
  var kind = ImportKind.auto

  @OptionGroup var scenes: SceneArguments

  @Option(help: "The language, where the script does not tell it: kn-Latn, te-Latn.")
  var language: String?

  @OptionGroup var encoded: EncodingArguments

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("Our column and the file's.", valueName: "instruction=prompt"))
  var map: [String] = []

  @Option(help: "How many records of a data set are looked at.")
  var limit = Inspector.defaultLimit

  @Flag(help: "Print JSON Lines.")
  var json = false

  func run() throws {
    guard limit > 0 else {
      throw AksharaError(
        .invalidOption, "`--limit` is \(limit)", remedy: "give a positive number")
    }
    var options = ImportOptions(kind: kind, paths: paths)
    try scenes.apply(to: &options)
    options.language = language
    try encoded.apply(to: &options)
    options.columns = try ImportOptions.columns(map)
    options.limit = limit
    try options.check()
    options = try HubSources.resolve(options) { try HubDownload.pull($0) }
    for inspection in try Inspector(options).inspect() {
      let text = json ? inspection.json.compactString : inspection.text
      try StandardOutput.write(Array((text + "\n").utf8))
    }
  }
}
