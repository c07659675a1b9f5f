import ArgumentParser
import Artifacts
import Transfer

/// `akshara pull`.
struct PullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull",
    abstract: "Brings a data set or a model from a hub into the cache.",
    discussion: """
      akshara pull hf://datasets/OWNER/NAME[@REVISION][/PATH]
      akshara pull hf://OWNER/NAME[@REVISION][/PATH]

      Prints the folder (or file) where it stands: the cache that Python's huggingface_hub shares \
      ($HF_HUB_CACHE, $HF_HOME/hub or ~/.cache/huggingface/hub). What is there is not brought \
      again, what broke off goes on, and every file is checked against the hub's digest. HF_ENDPOINT \
      names another hub; with HF_HUB_OFFLINE=1 only the cache is asked. A token is taken from \
      HF_TOKEN, HUGGING_FACE_HUB_TOKEN, HUGGINGFACE_TOKEN, $HF_HOME/token or .env, and is sent to \
      the hub alone.
      """)

  @Argument(help: "What to bring, as hf://…")
  var repository: String

  @Option(
    name: .customLong("include"),
    help: "Only files that match this pattern (*, ?, […]; * matches slashes too). May be repeated.")
  var includes: [String] = []

  @Option(name: .customLong("exclude"), help: "No files that match this pattern. May be repeated.")
  var excludes: [String] = []

  @Option(help: "Copy the files into this folder too.")
  var output: String?

  @Flag(help: #"Print {"repository", "commit", "path", "files", "bytes"} on one line."#)
  var json = false

  func run() throws {
    let repository = try HubRepository(repository)
    let client = HubClient(try HubEnvironment())
    let filter = HubFilter(include: includes, exclude: excludes)
    let snapshot = try client.pull(repository, filter: filter) {
      ProgressLine.show(PullProgress.text($0))
    }
    ProgressLine.show("")
    if let output { try snapshot.copy(to: output) }
    try StandardOutput.write(summary(snapshot) + [UInt8(ascii: "\n")])
  }

  private func summary(_ snapshot: HubSnapshot) -> [UInt8] {
    guard json else { return Array(snapshot.path.utf8) }
    let value: JSONValue = [
      "repository": .string(snapshot.repository.description), "commit": .string(snapshot.commit),
      "path": .string(snapshot.path), "files": JSONValue(snapshot.files.count),
      "bytes": JSONValue(snapshot.files.reduce(0) { $0 + $1.size }),
    ]
    return value.compact
  }
}

/// The line that a pull shows.
enum PullProgress {
  static func text(_ progress: HubProgress) -> String {
    let (done, all) = (progress.finishedBytes >> 20, progress.bytes >> 20)
    return "pulling: \(progress.finishedFiles) of \(progress.files) files, \(done) of \(all) MiB"
  }
}
