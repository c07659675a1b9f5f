import Artifacts
import Fixtures
import Foundation

@testable import Transfer

/// A hub of our own on the loopback interface: `Tests/ParityTests/hub_stub.py`, which the real
/// `huggingface_hub` client judges in `hub_parity.py`.
final class HubStub {
  let folder = TemporaryFolder()
  let endpoint: String
  private let process = Process()
  private let input = Pipe()

  /// Starts it with a model of one small and one large file, and a data set.
  init(faults: [String] = [], files: [String: [UInt8]] = HubStub.files) throws {
    for (path, bytes) in files { try AtomicFile.write(bytes, to: folder.file("hub/\(path)")) }
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", RepositoryPaths.file("Tests/ParityTests/hub_stub.py"), folder.file("hub")]
      + (faults.isEmpty ? [] : ["--fault"] + faults)
    process.standardInput = input
    process.standardOutput = output
    let log = folder.file("requests.jsonl")
    _ = FileManager.default.createFile(atPath: log, contents: nil)
    process.standardError = FileHandle(forWritingAtPath: log)
    try process.run()
    var line: [UInt8] = []
    while let byte = try output.fileHandleForReading.read(upToCount: 1)?.first, byte != 10 {
      line.append(byte)
    }
    endpoint = try JSONValue(parsing: line)["endpoint"]?.string ?? ""
  }

  deinit {
    try? input.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  static let large = [UInt8]((0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ $0 >> 8) })
  static let files: [String: [UInt8]] = [
    "models/ravi/kannada/config.json": Array("{}".utf8),
    "models/ravi/kannada/weights/model.safetensors": large,
    "models/ravi/gated-model/config.json": Array("{}".utf8),
    "models/ravi/forbidden-model/config.json": Array("{}".utf8),
    "datasets/ravi/words/ಪದ ಗಳು.jsonl": Array("{\"a\": 1}\n".utf8),
  ]

  /// The requests so far.
  func requests() throws -> [JSONValue] {
    try String(contentsOfFile: folder.file("requests.jsonl"), encoding: .utf8)
      .split(separator: "\n").map { try JSONValue(parsing: String($0)) }
  }

  /// A client with this hub as its endpoint and a cache of its own.
  func client(_ variables: [String: String] = [:]) throws -> HubClient {
    var all = ["HF_ENDPOINT": endpoint, "HF_HOME": folder.file("home")]
    all.merge(variables) { $1 }
    var client = HubClient(try HubEnvironment(all, folder: folder.path))
    client.retry.firstPause = 0
    return client
  }

  /// What `body` throws.
  static func error(_ body: () throws -> Void) -> AksharaError? {
    do { try body() } catch { return error as? AksharaError }
    return nil
  }
}
