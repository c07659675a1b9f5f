import Artifacts
import Testing

@testable import Tokenization

@Suite struct PretokenizerTests {
  /// The pretokens; what is removed stands in angle brackets.
  private func pieces(_ text: String, _ rule: PretokenRule) throws -> [String] {
    let bytes = Array(text.utf8)
    return try Pretokenizer(rule).pieces(of: bytes).map { piece in
      let text = String(decoding: bytes[piece.range], as: UTF8.self)
      return piece.isPretoken ? text : "<\(text)>"
    }
  }

  private func split(
    _ text: String, _ regex: String, _ behavior: SplitBehavior = .isolated, inverted: Bool = false
  ) throws -> [String] {
    try pieces(text, .split(.regex(regex), behavior, inverted: inverted))
  }

  // What `tokenizers` 0.23.3 gives.
  @Test func splitsAsTheBehaviorSays() throws {
    #expect(try split("-a--b", "-", .removed) == ["<->", "a", "<->", "<->", "b"])
    #expect(try split("-a--b", "-", .isolated) == ["-", "a", "-", "-", "b"])
    #expect(try split("a--b", "-", .mergedWithPrevious) == ["a-", "-", "b"])
    #expect(try split("-a--b", "-", .mergedWithNext) == ["-a", "-", "-b"])
    #expect(try split("a--b", "-", .contiguous) == ["a", "--", "b"])
    #expect(try split("a--b", "-", .removed, inverted: true) == ["<a>", "-", "-", "<b>"])
  }

  @Test func readsRegexesAsOnigurumaDoes() throws {
    #expect(try split("a\nb", "^b") == ["a\n", "b"])
    #expect(try split("a\nb", "a$") == ["a", "\nb"])
    #expect(try split("xa\r\n", "a$") == ["xa\r\n"])
    #expect(try split("a\nb", "(?m)a.b") == ["a\nb"])
    #expect(try split("a\nb", "a.b") == ["a\nb"])
    #expect(try split("12345x", #"\p{N}{1,3}+"#) == ["12345", "x"])
    #expect(try split("xyzaf", #"\h+"#) == ["xyz", "af"])
    #expect(try split("a\u{200C}b", #"\w+"#) == ["a", "\u{200C}", "b"])
    #expect(try split("baac", "a*") == ["b", "aa", "c"])
    #expect(try split("ಕನ್ನಡ x", #"\p{^L}+"#) == ["ಕನ", "್", "ನಡ", " ", "x"])
    #expect(try split("a b", #"\b"#) == ["a", " ", "b"])
    // Outside of brackets Latin 1's other numbers are word characters.
    #expect(try split("x²½y ³¹", #"\w+"#) == ["x²½y", " ", "³¹"])
    #expect(try split("x²½", #"\W"#) == ["x²½"])
    #expect(try split("x¼ ¾", #"\b"#) == ["x¼", " ", "¾"])
    #expect(try split("x¼", #"\B"#) == ["x", "¼"])
    #expect(try split("x²½y", #"[\w]+"#) == ["x", "²½", "y"])
    #expect(try split("x²½y", #"[^\w]"#) == ["x", "²", "½", "y"])
    #expect(try split("x²½y", #"[\W]"#) == ["x", "²", "½", "y"])
    #expect(try split("aXxB", #"(?i:x)+|\p{Lu}"#) == ["a", "Xx", "B"])
  }

  @Test func findsTextsAsTheyAre() throws {
    #expect(try pieces("a.b", .split(.text("."), .isolated, inverted: false)) == ["a", ".", "b"])
    #expect(
      try pieces("x▁y▁z", .split(.text("▁"), .mergedWithNext, inverted: false))
        == ["x", "▁y", "▁z"])
  }

  @Test func splitsByKindsOfCharacters() throws {
    #expect(try pieces("a12೩b", .digits(individual: false)) == ["a", "12೩", "b"])
    #expect(try pieces("a12", .digits(individual: true)) == ["a", "1", "2"])
    #expect(try pieces("a!?$b।", .punctuation(.isolated)) == ["a", "!", "?", "$", "b", "।"])
    #expect(try pieces("ab  c!?", .whitespace) == ["ab", "<  >", "c", "!?"])
    #expect(try pieces("ab \u{3000}c", .whitespaceSplit) == ["ab", "< >", "<\u{3000}>", "c"])
    #expect(try pieces("ab c", .sequence([])) == ["ab c"])
    #expect(
      try pieces("ab 12 c", .sequence([.whitespaceSplit, .digits(individual: true)]))
        == ["ab", "< >", "1", "2", "< >", "c"])
  }

  @Test func recognizesNamedPatterns() throws {
    for pattern in SplitPattern.allCases {
      #expect(try Pretokenizer(pattern.rule).pattern == pattern)
      #expect(try Pretokenizer(pattern.rule) == Pretokenizer(pattern))
      guard pattern.regexes.count == 1 else { continue }
      let inverted = PretokenRule.split(.regex(pattern.regexes[0]), .removed, inverted: true)
      #expect(try Pretokenizer(inverted).pattern == pattern)
    }
    let deepseek = SplitPattern.deepseek3.regexes.map { $0.replacing(#"\r\n"#, with: "\r\n") }
    #expect(SplitPattern(regexes: deepseek) == .deepseek3)
  }

  /// The older DeepSeek coder's file.
  @Test func runsSequencesOfSplits() throws {
    func split(_ regex: String) -> PretokenRule {
      .split(.regex(regex), .isolated, inverted: false)
    }
    let coder = PretokenRule.sequence([
      split(#"[\r\n]"#), split(#"\s?\p{L}+"#), split(#"\s?\p{P}+"#), split("[一-龥ࠀ-一가-퟿]+"),
      .digits(individual: true), .byteLevel(usesRegex: false, addsPrefixSpace: false),
    ])
    #expect(
      try pieces("if x == 12:\n  go() 我们", coder)
        == ["if", " x", " == ", "1", "2", ":", "\n", " ", " go", "()", " ", "我们"])
  }

  @Test func agreesWithTheKernelsThroughRegexes() throws {
    var generator = SeededGenerator(seed: 31)
    for pattern in SplitPattern.allCases where pattern != .cl100k {
      let splitter = try RuleSplitter(pattern.rule, at: nil)
      for _ in 0..<100 {
        let bytes = Array(SeededText.string(&generator).utf8)
        let expected = bytes.withUnsafeBufferPointer { splitter.ends($0).map(Int.init) }
        let ends = Pretokenizer(pattern).pieces(of: bytes).map(\.range.upperBound)
        #expect(ends == expected, "\(pattern.rawValue) \(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }

  @Test func namesWhatItDoesNotRead() {
    func error(_ regex: String) -> String? {
      do { _ = try split("", regex) } catch let error as AksharaError {
        return error.description
      } catch {}
      return nil
    }
    #expect(
      error("a(b")
        == "`a(b` is no regular expression: U_REGEX_MISMATCHED_PAREN at character 3; write it as ICU "
        + "reads it")
    for construct in [#"\X"#, #"\K"#, #"\p{Punct}"#, "(?~", "[:", #"\p{Lu}"#] {
      let regex =
        construct == "[:" ? "[[:alpha:]]" : construct == "(?~" ? "(?~a)" : "(?i:\(construct))"
      #expect(error(regex)?.hasPrefix("`\(construct)` in the regular expression") == true)
    }
    #expect(throws: AksharaError.self) {
      try Pretokenizer(
        .sequence([.byteLevel(usesRegex: false, addsPrefixSpace: false), .whitespace]))
    }
  }
}
