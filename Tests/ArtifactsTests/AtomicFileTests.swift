import Fixtures
import Foundation
import Testing

@testable import Artifacts

@Suite struct AtomicFileTests {
  /// Knuth's linear congruential generator: the same pieces each time.
  private struct Generator {
    private var state: UInt64 = 11

    mutating func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 24
    }
  }

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

  @Test func devicesAndPipesStayWhatTheyAre() throws {
    let folder = TemporaryFolder()
    let pipe = folder.file("pipe")
    #expect(mkfifo(pipe, 0o600) == 0)
    try FileManager.default.createSymbolicLink(
      atPath: folder.file("link"), withDestinationPath: "/dev/null")
    for path in [pipe, folder.file("link")] {
      let error = #expect(throws: AksharaError.self) { try AtomicFile(path) }
      #expect(
        error?.description == "\(path): this is a device or a pipe, not a file; name a file")
    }
  }

  /// Long files are written past the page cache, but for their ends; on a disk, and in memory where the
  /// file system may not know how.
  @Test(arguments: [FileManager.default.temporaryDirectory.path, "/dev/shm"])
  func longFilesHoldTheSameBytes(_ place: String) throws {
    guard Path.exists(place) else { return print("skipped: there is no \(place)") }
    var random = Generator()
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 5 << 20, alignment: 4_096)
    defer { memory.deallocate() }
    for index in memory.indices { memory[index] = UInt8(truncatingIfNeeded: random.next() >> 7) }
    let bytes = UnsafeRawBufferPointer(memory)
    for size in [0, 1, 4_095, 4_096, 4_097, 1 << 20, (2 << 20) + 4_096, (5 << 20) - 3, 5 << 20] {
      for largest in [1 << 12, 1 << 18, 3 << 20] {
        let path = "\(place)/akshara-\(getpid())-\(size)-\(largest)"
        defer { unlink(path) }
        let file = try AtomicFile(path)
        file.directFrom = 1 << 19
        var start = 0
        while start < size {
          // Every other piece is of whole pages.
          var piece = Int(random.next() % UInt64(largest)) + 1
          if random.next() % 2 == 0 { piece = (piece + 4_095) / 4_096 * 4_096 }
          let end = min(size, start + piece)
          try file.write(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
          start = end
        }
        #expect(file.count == size)
        let digest = try file.commit()
        let wanted = Data(bytes[..<size])
        #expect(FileManager.default.contents(atPath: path) == wanted, "\(size) by \(largest)")
        #expect(digest == Digest(of: wanted), "\(size) by \(largest)")
      }
    }
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

  @Test func whatIsNotAnArtifactsOwnIsNamed() throws {
    let folder = TemporaryFolder()
    let out = folder.file("out")
    func other() -> String? {
      let error = #expect(throws: AksharaError.self) {
        try AtomicFolder.requireNothingElse(at: out) { ["a", "b/c"].contains($0) }
      }
      return error?.message
    }
    func refusal(of name: String) -> String {
      "the output folder holds something else: `\(name)`"
    }
    func accepts() throws {
      try AtomicFolder.requireNothingElse(at: out) { ["a", "b/c"].contains($0) }
    }
    try accepts()
    for own in ["a", "b/c", ".a.partial", "b/.c.partial", ".a.akshara-cache"] {
      try AtomicFile.write([1], to: "\(out)/\(own)")
    }
    try accepts()
    for name in ["notes.txt", ".hidden", "b/a", ".notes.partial", "deep/er/a", "a.partial"] {
      try AtomicFile.write([1], to: "\(out)/\(name)")
      #expect(other() == refusal(of: name))
      try Folder.remove("\(out)/\(name)")
      try Folder.remove("\(out)/deep")
    }
    try Folder.make("\(out)/mine")
    #expect(other() == refusal(of: "mine/"))
    try Folder.remove("\(out)/mine")
    // A link is no folder of ours, wherever it leads.
    try FileManager.default.createSymbolicLink(
      atPath: "\(out)/link", withDestinationPath: "\(out)/b")
    #expect(other() == refusal(of: "link"))
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

  @Test func whatAPersonKeepsBesideTheOutputStays() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write([1], to: folder.file("out.partial/notes.txt"))
    try AtomicFolder(folder.file("out")).commit()
    #expect(Path.exists(folder.file("out.partial/notes.txt")))
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
