package import Artifacts
internal import Foundation

/// What a finished stage leaves behind: the key it was made under, and the digests of its files.
///
/// A stage is done if its record has the key that the recipe asks for and every file still has
/// its digest; else it is stale and made anew.
package struct StageRecord: Sendable, Equatable {
  /// The digest of the stage's name, version, options and inputs.
  package let key: Digest
  /// The digest of each file it wrote, by its path inside the run directory.
  package let outputs: [String: Digest]

  /// The key of a stage.
  package static func key(
    _ stage: PipelineStage, options: JSONValue, inputs: [(String, Digest)]
  ) -> Digest {
    let inputs = inputs.map { ($0.0, JSONValue.string($0.1.description)) }
    let document: JSONValue = [
      "stage": .string(stage.rawValue), "version": JSONValue(stage.version),
      "options": options, "inputs": .object(JSONObject(inputs)),
    ]
    return Digest(of: document.compact)
  }

  /// A record over the files and folders `outputs` of the run directory, as they stand now.
  package init(key: Digest, runDirectory: String, outputs places: [String]) throws {
    self.key = key
    var outputs: [String: Digest] = [:]
    for place in places {
      let files = try FileTree.files(below: Path.join(runDirectory, place))
      for path in files.isEmpty ? [place] : files.map({ "\(place)/\($0)" }) {
        outputs[path] = try Digest(ofFile: Path.join(runDirectory, path))
      }
    }
    self.outputs = outputs
  }

  /// Reads the record of `stage`; `nil` if there is none that can be read.
  package init?(_ stage: PipelineStage, runDirectory: String) {
    guard let data = FileManager.default.contents(atPath: Self.path(stage, runDirectory)),
      let json = try? JSONValue(parsing: Array(data)),
      let key = json["key"]?.string.flatMap({ Digest($0) }),
      let pairs = json["outputs"]?.object?.pairs
    else { return nil }
    self.key = key
    var outputs: [String: Digest] = [:]
    for pair in pairs {
      guard let digest = pair.value.string.flatMap({ Digest($0) }) else { return nil }
      outputs[pair.key] = digest
    }
    self.outputs = outputs
  }

  /// Writes the record: the last thing a stage does.
  package func write(_ stage: PipelineStage, runDirectory: String) throws {
    let digests = outputs.sorted { $0.key < $1.key }
      .map { ($0.key, JSONValue.string($0.value.description)) }
    let json: JSONValue = [
      "key": .string(key.description), "outputs": .object(JSONObject(digests)),
    ]
    try AtomicFile.write(json.pretty, to: Self.path(stage, runDirectory))
  }

  /// The digest of the outputs below one place.
  package func digest(below place: String) -> Digest {
    let lines = outputs.filter { $0.key == place || $0.key.hasPrefix("\(place)/") }
      .sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
    return Digest(of: lines.joined().utf8)
  }

  /// Whether every output still has its digest.
  package func isIntact(runDirectory: String) -> Bool {
    outputs.allSatisfy { path, digest in
      (try? Digest(ofFile: Path.join(runDirectory, path))) == digest
    }
  }

  private static func path(_ stage: PipelineStage, _ runDirectory: String) -> String {
    Path.join(runDirectory, "stages/\(stage.rawValue).json")
  }
}
