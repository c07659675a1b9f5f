import Testing

@testable import Transfer

@Suite struct HubRepositoryTests {
  @Test(arguments: [
    ("hf://ravi/kannada", "hf://ravi/kannada@main"),
    ("hf://gpt2", "hf://gpt2@main"),
    ("hf://datasets/ravi/words", "hf://datasets/ravi/words@main"),
    ("hf://models/ravi/kannada", "hf://ravi/kannada@main"),
    ("hf://ravi/kannada@v1.0", "hf://ravi/kannada@v1.0"),
    ("hf://ravi/kannada@refs/pr/3/config.json", "hf://ravi/kannada@refs/pr/3/config.json"),
    ("hf://datasets/ravi/words/data/a.jsonl", "hf://datasets/ravi/words@main/data/a.jsonl"),
    ("hf://ravi/kannada@main/weights/", "hf://ravi/kannada@main/weights"),
  ])
  func readsWhatItWrites(text: String, whole: String) throws {
    let repository = try HubRepository(text)
    #expect(repository.description == whole)
    #expect(try HubRepository(whole) == repository)
  }

  @Test(arguments: [
    "https://huggingface.co/a/b", "hf://", "hf://a//b", "hf://../b", "hf://a/b@", "hf://a/b@../x",
    "hf://a/b/../../c", "hf://spaces/a/b", "hf://a/b@main/../c", "hf://-a/b", "hf://a/b c",
    "hf://a/b@x\ny", "hf://datasets/",
  ])
  func refusesWhatNamesNothing(text: String) {
    #expect(HubStub.error { _ = try HubRepository(text) }?.code == .invalidOption)
  }

  @Test(arguments: ["a", "a/b.json", "ಪದ/ಗಳು.jsonl", "a b"])
  func safePathsStayInside(path: String) { #expect(HubPath.isSafe(path)) }

  @Test(arguments: [
    "", "/a", "../a", "a/../b", "a//b", "a/", "./a", "a\\b", "a\u{0}b", "a\nb", "..",
    String(repeating: "a", count: 256),
  ])
  func otherPathsDoNot(path: String) { #expect(!HubPath.isSafe(path)) }
}
