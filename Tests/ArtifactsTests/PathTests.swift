import Fixtures
import Testing

@testable import Artifacts

@Suite struct PathTests {
  @Test(arguments: [
    ("a", ".", "a", "a"), ("/", "/", "/", "/"), ("a/b.jsonl.gz", "a", "b.jsonl.gz", "b.jsonl"),
    ("/a", "/", "a", "a"), ("a//b/", "a", "b", "b"), ("x/.hidden", "x", ".hidden", ".hidden"),
    ("", ".", "", ""), ("ಅ/ಕ್ಷ.txt", "ಅ", "ಕ್ಷ.txt", "ಕ್ಷ"), ("..", ".", "..", "."),
  ])
  func areCutIntoFolderNameAndStem(path: String, folder: String, name: String, stem: String) {
    #expect(Path.folder(of: path) == folder)
    #expect(Path.name(of: path) == name)
    #expect(Path.stem(of: path) == stem)
  }

  @Test(arguments: [
    ("a/../b", "b"), ("a/b/../../c", "c"), ("../a/./b", "../a/b"), ("/../a", "/a"), ("a/..", "."),
    ("../..", "../.."), ("a//b/", "a/b"),
  ])
  func areNormalizedAsText(path: String, normalized: String) {
    #expect(Path.normalized(path) == normalized)
  }

  @Test func aFolderThatCannotBeMadeSaysWhy() throws {
    let folder = TemporaryFolder()
    try AtomicFile.write(Array("x".utf8), to: folder.file("a"))
    let error = #expect(throws: AksharaError.self) { try Folder.make(folder.file("a") + "/b") }
    #expect(error?.message == "cannot make the folder: File exists")
    #expect(error?.location?.file == folder.file("a"))
  }
}
