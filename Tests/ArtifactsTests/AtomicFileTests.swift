import Fixtures
import Foundation
import Testing

@testable import Artifacts

@Suite struct AtomicFileTests {
  @Test func appearsWholeWithItsDigest() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a/b.txt")
    let file = try AtomicFile(path)
    try file.write("ಅಕ್ಷರ")
    #expect(!Path.exists(path))
    let digest = try file.commit()
    #expect(digest == Digest(of: "ಅಕ್ಷರ".utf8))
    #expect(try Digest(ofFile: path) == digest)
  }

  @Test func leavesNothingWithoutCommit() throws {
    let folder = TemporaryFolder()
    do {
      let file = try AtomicFile(folder.file("x"))
      try file.write([UInt8](repeating: 1, count: 3 << 20))
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
  }

  @Test func saysThatTheDiskIsFull() throws {
    // /dev/full answers every write with ENOSPC, as a full disk does.
    let file = try AtomicFile(FullDisk.path())
    let error = #expect(throws: AksharaError.self) {
      try file.write([UInt8](repeating: 0, count: 4 << 20))
      try file.commit()
    }
    #expect(error?.code == .unwritable)
    #expect(error?.remedy == "free some space and start again")
  }

  @Test func foldersReplaceWhatStoodThere() throws {
    let folder = TemporaryFolder()
    for text in ["one", "two"] {
      let output = try AtomicFolder(folder.file("out"))
      try AtomicFile.write(Array(text.utf8), to: Path.join(output.workPath, text))
      try output.commit()
    }
    #expect(Folder.list(folder.file("out")) == ["two"])
    #expect(Folder.list(folder.path) == ["out"])
  }

  @Test func foldersReplaceOnlyTheirOwnKind() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([1], to: folder.file("out/thesis.txt"))
    #expect(throws: AksharaError.self) {
      try AtomicFolder(folder.file("out"), replacing: "manifest.json")
    }
    #expect(throws: AksharaError.self) {
      try AtomicFolder(folder.file("out/thesis.txt"), replacing: "manifest.json")
    }
    try AtomicFile.write([1], to: folder.file("out/manifest.json"))
    #expect(throws: AksharaError.self) {
      try AtomicFolder(
        folder.file("out"), replacing: "manifest.json", inputs: [folder.file("out/thesis.txt")])
    }
    _ = try AtomicFolder(folder.file("out"), replacing: "manifest.json")
  }

  @Test func twoWritersNeverShareAPartialFile() throws {
    let folder = TemporaryFolder()
    let first = try AtomicFile(folder.file("a"))
    let error = #expect(throws: AksharaError.self) { try AtomicFile(folder.file("a")) }
    #expect(error?.message == "another process is writing this")
    try first.commit()
    try AtomicFile(folder.file("a")).commit()
    let one = try AtomicFolder(folder.file("b"))
    #expect(throws: AksharaError.self) { try AtomicFolder(folder.file("b")) }
    try one.commit()
    try AtomicFolder(folder.file("b")).commit()
  }

  @Test func inputsAreNotReplaced() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([1], to: folder.file("a.jsonl"))
    #expect(throws: AksharaError.self) {
      try OutputCheck.refuseReplacing(
        inputs: [folder.file("*.jsonl")], by: [folder.file("./a.jsonl")])
    }
    #expect(throws: AksharaError.self) {
      try OutputCheck.refuseReplacing(inputs: [], by: ["x/../o.jsonl", "o.jsonl"])
    }
    try OutputCheck.refuseReplacing(inputs: [folder.file("a.jsonl")], by: [folder.file("b")])
  }

  @Test func knownDigest() {
    // FIPS 180-4, example "abc".
    #expect(
      Digest(of: "abc".utf8).description
        == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digest("sha256:" + String(repeating: "+1", count: 32)) == nil)
  }
}

/// A path whose partial file is a link to a device without room.
private enum FullDisk {
  static func path() throws -> String {
    let folder = NSTemporaryDirectory() + "akshara-full-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(
      atPath: folder + "/.file.partial", withDestinationPath: "/dev/full")
    return folder + "/file"
  }
}
