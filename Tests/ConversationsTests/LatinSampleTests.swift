import Testing

@testable import Conversations

@Suite struct LatinSampleTests {
  private func language(_ texts: String...) -> String {
    var sample = LatinSample()
    for text in texts { Array(text.utf8).withUnsafeBufferPointer { sample.add($0) } }
    return sample.language
  }

  @Test(arguments: [
    ("naanu manege hogthini, neenu yavaga barthiya?", "kn-Latn"),
    ("nenu intiki velthunnanu, nuvvu eppudu vastavu?", "te-Latn"),
    ("I am going home, are you coming too?", "en"),
    ("The capital of France is Paris, and it is known for the Eiffel Tower.", "en"),
    ("Price is $12.00", "en"), ("hogthini", "en"), ("naanu banda", "en"), ("", "en"),
  ])
  func wordsTellTheLanguage(text: String, language expected: String) {
    #expect(language(text) == expected)
  }

  @Test func whatIsLookedAtIsBounded() {
    let long = String(repeating: "The end of the day. ", count: 100)
    #expect(language(long, "naanu manege hogthini") == "en")
    #expect(language("naanu manege", "hogthini yaake") == "kn-Latn")
    #expect(language("  naanu\n\n manege  ", " ", "hogthini\tyaake ") == "kn-Latn")
    let spaced = String(repeating: " \n", count: 1000) + "naanu manege hogthini yaake"
    #expect(language(spaced) == "kn-Latn")
  }

  @Test func romanizedRowsGetTheirLanguageOnBothWays() throws {
    let row = "{\"instruction\": \"Say it.\", \"response\": \"naanu manege hogthini, neenu baa\"}\n"
    let found = try ImportCase(.dolly, "a.jsonl", row)
    #expect(found.conversations.first?.language == "kn-Latn")
    let limited = try ImportCase(.dolly, "a.jsonl", row) { $0.limit = 1 }
    #expect(limited.conversations.first?.language == "kn-Latn")
  }
}
