import ArgumentParser
import Artifacts
import Pipeline
import Transfer

/// `akshara verify`.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Walks from a trained model back to the files it was made from.",
    discussion: """
      Reads akshara_manifest.json beside the adapter, checks its seal and compares digests: the \
      folder's own files, the adapter of a merged model, the shard set with its proof, the rows' \
      conversations, what the run's stages left, the base model and the raw sources. Exit status 3 \
      if anything was changed or is missing; each such file is named.
      """)

  @Argument(help: "The folder of an adapter or model that `akshara run` wrote.")
  var folder: String

  @Option(
    name: .customLong("run"), help: "The run directory, for the shards. Default: the folder above.")
  var runDirectory: String?

  @Option(help: "The shard set, where it is not the run's own.")
  var shards: String?

  @Option(
    help: """
      The folder that recorded paths of sources and base model count from. Default: this one, or \
      else the nearest above the model's in which they are found.
      """)
  var origin: String?

  @Flag(help: "Check only the folder's own files.")
  var filesOnly = false

  @Flag(help: "Print the findings as JSON on standard output.")
  var json = false

  func run() throws {
    let runDirectory = filesOnly ? nil : runDirectory ?? Path.join(folder, "..")
    let check = try PassportCheck(
      PassportCheck.Places(
        folder: folder, runDirectory: runDirectory, shards: filesOnly ? nil : shards,
        checksOrigins: !filesOnly, origin: origin), hub: try HubEnvironment())
    for link in check.links where link.finding != .intact {
      StandardError.print("\(link.finding.rawValue): \(link.part) \(link.path)")
    }
    let rows =
      check.rows == 0
      ? "no row followed to its source" : "\(check.rows) rows followed to their sources"
    StandardError.print(
      "verify: \(check.links.count) links looked at, \(rows), "
        + (check.holds ? "all intact" : "faults found"))
    if json { try StandardOutput.write(document(check).compact + [UInt8(ascii: "\n")]) }
    if !check.holds { throw ExitCode(ExitStatus.faultsFound.rawValue) }
  }

  private func document(_ check: PassportCheck) -> JSONValue {
    let links = check.links.map { link -> JSONValue in
      [
        "part": .string(link.part), "path": .string(link.path),
        "finding": .string(link.finding.rawValue),
      ]
    }
    return [
      "holds": .bool(check.holds), "rows": JSONValue(check.rows), "links": .array(links),
    ]
  }
}
