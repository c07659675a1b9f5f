import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Transfer

@Suite struct HubClientTests {
  private let model: HubRepository
  private let words: HubRepository

  init() throws {
    model = try HubRepository("hf://ravi/kannada")
    words = try HubRepository("hf://datasets/ravi/words")
  }

  private func bytes(_ path: String) -> [UInt8]? {
    FileManager.default.contents(atPath: path).map(Array.init)
  }

  @Test func bringsAllFilesInTheLayoutOfTheCache() throws {
    let stub = try HubStub()
    let snapshot = try stub.client().pull(model)
    #expect(snapshot.files.map(\.path) == ["config.json", "weights/model.safetensors"])
    #expect(bytes(Path.join(snapshot.folder, "weights/model.safetensors")) == HubStub.large)
    let folder = stub.folder.file("home/hub/models--ravi--kannada")
    #expect(snapshot.folder == "\(folder)/snapshots/\(snapshot.commit)")
    #expect(bytes("\(folder)/refs/main") == Array(snapshot.commit.utf8))
    let link = try FileManager.default.destinationOfSymbolicLink(
      atPath: "\(snapshot.folder)/weights/model.safetensors")
    let digest = Digest(of: HubStub.large).hexadecimal
    #expect(link == "../../../blobs/\(digest)")
  }

  @Test func asksForNothingTwice() throws {
    let stub = try HubStub()
    _ = try stub.client().pull(model)
    let before = try stub.requests().count
    _ = try stub.client().pull(model)
    let after = try stub.requests().dropFirst(before).compactMap { $0["path"]?.string }
    #expect(after.count == 2 && after.allSatisfy { $0.hasPrefix("/api/") })
  }

  @Test func namesInAnyScriptAreBrought() throws {
    let stub = try HubStub()
    let snapshot = try stub.client().pull(words)
    #expect(snapshot.files.map(\.path) == ["ಪದ ಗಳು.jsonl"])
  }

  @Test func oneFileOrFolderCanBeAskedFor() throws {
    let stub = try HubStub()
    let one = try stub.client().pull(HubRepository("hf://ravi/kannada@main/weights"))
    #expect(one.files.map(\.path) == ["weights/model.safetensors"])
    #expect(one.path.hasSuffix("/weights"))
    let filtered = try stub.client().pull(model, filter: HubFilter(include: ["*.json"]))
    #expect(filtered.files.map(\.path) == ["config.json"])
  }

  @Test func whatBrokeOffGoesOn() throws {
    let stub = try HubStub(faults: ["cut"])
    let snapshot = try stub.client().pull(model)
    #expect(bytes(Path.join(snapshot.folder, "weights/model.safetensors")) == HubStub.large)
    let ranges = try stub.requests().compactMap { $0["range"]?.string }
    #expect(ranges.first == "bytes=100000-")
  }

  @Test func whatAFormerRunLeftIsUsed() throws {
    let stub = try HubStub()
    let blob = Digest(of: HubStub.large).hexadecimal
    try AtomicFile.write(
      Array(HubStub.large[..<150_000]),
      to: stub.folder.file("home/hub/models--ravi--kannada/blobs/\(blob).incomplete"))
    _ = try stub.client().pull(model)
    let ranges = try stub.requests().filter { $0["server"]?.string == "cdn" }
    #expect(ranges.map { $0["range"]?.string } == ["bytes=150000-"])
  }

  @Test(arguments: [["cut", "no-ranges"], ["busy"], ["pages"]])
  func bringsTheSameInSpiteOf(_ faults: [String]) throws {
    let stub = try HubStub(faults: faults)
    let snapshot = try stub.client().pull(model)
    #expect(bytes(Path.join(snapshot.folder, "weights/model.safetensors")) == HubStub.large)
  }

  @Test func changedContentIsRefused() throws {
    let stub = try HubStub(faults: ["corrupt"])
    let error = HubStub.error { _ = try stub.client().pull(model) }
    #expect(
      error?.description
        == "hf://ravi/kannada@main: `weights/model.safetensors` came with other content than the "
        + "hub lists; try again; if it stays so, a proxy or the mirror in HF_ENDPOINT changes it")
  }

  @Test func pathsThatLeaveTheFolderAreRefusedBeforeAnythingIsWritten() throws {
    let stub = try HubStub(faults: ["escape"])
    let error = HubStub.error { _ = try stub.client().pull(model) }
    #expect(error?.message.contains("`../../escaped`, which could lead out of its folder") == true)
    #expect(!Path.exists(stub.folder.file("home")))
  }

  @Test func theTokenGoesToTheHubAlone() throws {
    let stub = try HubStub()
    _ = try stub.client(["HF_TOKEN": "hf_stub_good"]).pull(model)
    let requests = try stub.requests()
    let seen = Set(
      requests.map { "\($0["server"]?.string ?? "") \($0["authorization"]?.string ?? "none")" })
    #expect(seen == ["hub Bearer hf_stub_good", "cdn none"])
  }

  @Test func aListingThatGoesOnElsewhereDoesNotGetTheToken() throws {
    let stub = try HubStub(faults: ["elsewhere"])
    _ = HubStub.error { _ = try stub.client(["HF_TOKEN": "hf_stub_good"]).pull(model) }
    let cdn = try stub.requests().filter { $0["server"]?.string == "cdn" }
    #expect(!cdn.isEmpty && cdn.allSatisfy { $0["authorization"] == .null })
  }

  @Test(arguments: [
    ("hf://ravi/gated-model", [:], "is gated, and a visitor without a token has no access"),
    ("hf://ravi/forbidden-model", ["HF_TOKEN": "hf_stub_good"], "the token in HF_TOKEN has no"),
    ("hf://ravi/private", [:], "not there, or it is private or gated and no token was found"),
    ("hf://ravi/absent", ["HF_TOKEN": "hf_stub_good"], "there is no such repository"),
    ("hf://ravi/kannada@v9", [:], "there is no revision `v9`"),
    ("hf://ravi/kannada", ["HF_TOKEN": "hf_wrong"], "the hub does not accept the token"),
    ("hf://ravi/kannada/absent.json", [:], "there is no `absent.json` among its 2 files"),
  ])
  func refusalsSayWhatToDo(name: String, variables: [String: String], words: String) throws {
    let stub = try HubStub()
    let error = HubStub.error { _ = try stub.client(variables).pull(HubRepository(name)) }
    #expect(error?.message.contains(words) == true, "\(error.map(\.description) ?? "no error")")
    #expect(error?.remedy != nil)
    // The stub's refusals say the credential again.
    for secret in variables.values { #expect(error?.description.contains(secret) == false) }
  }

  @Test func offlineTheCacheIsEnough() throws {
    let stub = try HubStub()
    let brought = try stub.client().pull(model)
    let before = try stub.requests().count
    let offline = try stub.client(["HF_HUB_OFFLINE": "1"]).pull(model)
    #expect(offline.folder == brought.folder)
    #expect(offline.files == brought.files)
    #expect(try stub.requests().count == before)
    let error = HubStub.error { _ = try stub.client(["HF_HUB_OFFLINE": "1"]).pull(words) }
    #expect(
      error?.remedy
        == "unset HF_HUB_OFFLINE and run `akshara pull hf://datasets/ravi/words@main`")
  }

  @Test func aHubThatIsNotThereIsNamed() throws {
    let stub = try HubStub()
    var client = try stub.client(["HF_ENDPOINT": "http://127.0.0.1:1"])
    client.retry.tries = 2
    let error = HubStub.error { _ = try client.pull(model) }
    #expect(error?.message.hasPrefix("no answer from http://127.0.0.1:1: ") == true)
  }

  @Test func twoPullsAtOnceBringTheSame() throws {
    let stub = try HubStub(faults: ["cut"])
    let clients = [try stub.client(), try stub.client()]
    try WorkerThreads.forEach(clients, workers: 2) { [model] in _ = try $0.pull(model) }
    let snapshot = try stub.client().pull(model)
    #expect(bytes(Path.join(snapshot.folder, "weights/model.safetensors")) == HubStub.large)
  }
}
