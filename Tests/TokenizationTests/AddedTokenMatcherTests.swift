import Testing

@testable import Tokenization

@Suite struct AddedTokenMatcherTests {
  private func matches(
    _ tokens: [AddedToken], _ text: String, _ policy: SpecialTokenPolicy = .allow
  ) -> [String] {
    let matcher = AddedTokenMatcher(tokens)
    return Array(text.utf8).withUnsafeBufferPointer { bytes in
      matcher.matches(in: bytes, 0..<bytes.count, policy: policy).map {
        "\($0.range.lowerBound):\($0.token.text)"
      }
    }
  }

  private func tokens(_ texts: String...) -> [AddedToken] {
    texts.enumerated().map { AddedToken(id: TokenID($0), text: $1) }
  }

  @Test func takesTheLeftmostAndThereTheLongest() {
    let tokens = tokens("<a>", "<a><b>", "b><c>", "<")
    #expect(matches(tokens, "x<a><b><c>") == ["1:<a><b>", "7:<"])
    #expect(matches(tokens, "<a<a>") == ["0:<", "2:<a>"])
    #expect(matches(tokens, "") == [])
  }

  @Test func ofTwoOverlappingOnesTheFirstWins() {
    #expect(matches(tokens("ab", "bc"), "abc bc") == ["0:ab", "4:bc"])
  }

  @Test func findsWhatTryingAllTokensAtAllPlacesFinds() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<300 {
      func word(_ longest: Int) -> String {
        let count = Int.random(in: 1...longest, using: &generator)
        return String((0..<count).map { _ in "abc".randomElement(using: &generator) ?? "a" })
      }
      let texts = Set((0..<5).map { _ in word(4) }).sorted()
      let text = word(40)
      let tokens = texts.enumerated().map { AddedToken(id: TokenID($0), text: $1) }
      #expect(matches(tokens, text) == naiveMatches(texts, text), "\(texts) \(text)")
    }
  }

  private func naiveMatches(_ texts: [String], _ text: String) -> [String] {
    var found: [String] = []
    var rest = Substring(text)
    while !rest.isEmpty {
      let here = texts.filter { rest.hasPrefix($0) }.max { $0.count < $1.count }
      if let here { found.append("\(text.count - rest.count):\(here)") }
      rest = rest.dropFirst(here?.count ?? 1)
    }
    return found
  }

  @Test func aSpecialTokenLeftAsTextHidesWhatIsInside() {
    let tokens = [
      AddedToken(id: 0, text: "<eot>"), AddedToken(id: 1, text: "eot", isSpecial: false),
    ]
    #expect(matches(tokens, "eot <eot> eot>", .asText) == ["0:eot", "10:eot"])
    #expect(matches(tokens, "eot <eot> eot>", .allow) == ["0:eot", "4:<eot>", "10:eot"])
  }
}
