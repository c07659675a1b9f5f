import Artifacts
import Fixtures
import Testing

@testable import Tokenization

@Suite struct TrainingFilesTests {
  private let folder = TemporaryFolder()

  private func write(_ name: String, _ text: String) throws -> String {
    try AtomicFile.write(Array(text.utf8), to: folder.file(name))
    return folder.file(name)
  }

  @Test func takesFilesAndTheTextsOfFolders() throws {
    let paths = try ["in/b.txt", "in/a/c.jsonl.gz", "in/a/d.md.zst", "in/image.png", "odd"].map {
      try write($0, "x")
    }
    let files = try TrainingFiles([folder.file("in"), folder.file("odd"), "-"])
    #expect(files.paths == [paths[1], paths[2], paths[0], paths[4], "-"])
    #expect(files.skipped == [paths[3]])
  }

  @Test func refusesAFolderWithoutText() throws {
    _ = try write("in/image.png", "x")
    #expect(throws: AksharaError.self) { try TrainingFiles([folder.file("in")]) }
  }

  @Test func readsLinesInChunks() throws {
    let line = String(repeating: "ab ", count: 1_000) + "\n"
    let path = try write("long.txt", String(repeating: line, count: 1_200) + "end")
    let reader = try LineChunkReader(path)
    var chunks: [[UInt8]] = []
    while case let chunk = try reader.next(), !chunk.isEmpty { chunks.append(chunk) }
    #expect(chunks.count > 2)
    #expect(chunks.dropLast().allSatisfy { $0.last == 0x0A })
    #expect(chunks.joined().elementsEqual((String(repeating: line, count: 1_200) + "end").utf8))
  }

  @Test func aLineMayBeLongerThanAChunk() throws {
    let line = String(repeating: "a", count: 3 << 20)
    let reader = try LineChunkReader(try write("one.txt", line + "\nb\n"))
    #expect(try reader.next().count == (3 << 20) + 3)
    #expect(try reader.next().isEmpty)
  }

  @Test func rowsAreDocuments() throws {
    let path = try write("rows.jsonl", #"{"text": "a b\na b"}"# + "\n" + #"{"text": "ab"}"# + "\n")
    var trainer = try BPETrainer(BPETrainerOptions(vocabularySize: 258))
    try trainer.consume(contentsOf: path)
    #expect(trainer.byteCount == 9)
  }

  @Test func aRowWithoutTextIsNamed() throws {
    let path = try write("rows.jsonl", #"{"text": "a"}"# + "\n" + #"{"body": "b"}"# + "\n")
    var trainer = try BPETrainer(BPETrainerOptions(vocabularySize: 258))
    do {
      try trainer.consume(contentsOf: path)
      Issue.record("it was taken")
    } catch {
      #expect(
        "\(error)"
          == "\(path):2: the row has no text `text`; name the field that holds the text")
    }
  }
}
