import Artifacts
import Conversations
import Testing

@testable import Batching

/// What templates write otherwise than it is said, and the same damaged.
@Suite struct MessageComparisonTests {
  private func change(
    _ message: Message, _ rendered: String, isCut: Bool = false
  ) -> ConversationAccount.Change {
    let bytes = Array(rendered.utf8)
    return MessageComparison(message: message, rendered: bytes, row: bytes, isCut: isCut).change
  }

  private func parts(_ texts: String...) -> Content {
    .parts(texts.map { ["type": "text", "text": .string($0)] })
  }

  @Test func partsMayBeSetApart() {
    let message = Message(.user, parts("Name it.", "\n\nSome facts."))
    #expect(change(message, "Name it.\n\nSome facts.") == .unchanged)
    #expect(change(message, "Name it.Some facts.") == .trimmed, "headings stand between them")
    #expect(change(message, "Name it.<image>Some facts.") == .merged)
    #expect(change(Message(.assistant, parts("a b", "c")), "a b c ") == .trimmed, "Llava")
    #expect(change(message, "Name it.Some fa", isCut: true) == .cut)
  }

  @Test(arguments: [
    "Name it.", "Some facts.", "Some facts.Name it.", "Name it.Some fact.", "Name it.Some factss.",
    "Name it.Other.Some facts.", "Name it.Name it.", "Name it.Some facts.Name it.", "Name it.Some",
  ])
  func partsThatAreNotThereInOrderAreFound(rendered: String) {
    let message = Message(.user, parts("Name it.", "\n\nSome facts."))
    #expect(change(message, rendered) == .differs)
  }

  @Test(arguments: ["\u{A0}", "\u{3000}", "\u{2028}", "\u{85}"])
  func otherWhiteSpaceMayStandBesideMarks(space: String) {
    func marked(_ text: String) -> String { "<|START_RESPONSE|>\(text)<|END_RESPONSE|>" }
    for text in ["\(space)ab", "ab\(space)", "\(space)ab\(space)"] {
      let message = Message(.assistant, .text(text))
      #expect(change(message, "</think>\n\n\(text)") == .merged)
      #expect(change(message, marked(text)) == .merged)
      #expect(change(message, marked("ab")) == .merged, "trimmed, between marks")
      for wrong in ["\(space)a", "\(space)abc", "\(space)x\(space)ab", "a\(space)b", "b\(space)"] {
        #expect(change(message, marked(wrong)) == .differs, "\(wrong)")
      }
    }
    let plain = Message(.assistant, "ab")
    #expect(change(plain, marked("\(space)ab")) == .differs, "no white space of the answer's")
    let thinking = Message(.assistant, .text("\(space)ab"), reasoning: "\(space)hm\(space)")
    for (thought, said) in [
      ("\(space)hm\(space)", "\(space)ab"), ("hm", "ab"), ("hm", "\(space)ab"),
    ] {
      #expect(change(thinking, "<think>\n\(thought)\n</think>\n\n\(said)") == .reasoningRendered)
    }
    #expect(change(thinking, "<think>\n\(space)hmm\n</think>\n\n\(space)ab") == .differs)
    let inside = Message(.assistant, .text("<think>\(space)hm</think>\(space)ab"))
    #expect(change(inside, "<think>\n\(space)hm\n</think>\n\n\(space)ab") == .reasoningRendered)
    #expect(change(inside, "<think>\n\(space)hm\n</think>\n\n\(space)a") == .differs)
    let far = Message(.assistant, .text(String(repeating: " ", count: 200) + "ab"))
    #expect(change(far, marked(far.content.text ?? "")) == .merged, "more than a frame's")
    let blank = Message(.assistant, .text(space))
    #expect(change(blank, marked(space)) == .trimmed && change(blank, marked("")) == .trimmed)
  }

  @Test(arguments: ["", #""call1""#, "call1", "weather"])
  func resultsOfToolsMayBeJSONBesideNames(name: String) {
    var message = Message(.tool, #"{"t": "ಮಳೆ"}"#)
    (message.name, message.toolCallID) = ("weather", "call1")
    for text in [#""{\"t\": \"ಮಳೆ\"}""#, #""{\"t\": \"\u0cae\u0cb3\u0cc6\"}""#] {
      #expect(change(message, name + text) == .toolResultRendered)
      #expect(change(message, text + name) == .toolResultRendered)
    }
    for wrong in [
      #""{\"t\": \"ಮಳ\"}""#, #""{\"t\": \"ಮಳೆ\"}x""#, #""""#, #""{\"t\": \"ಮಳೆ\"""#,
      #""{\"t\": \"ಮಳೆ\"}" x"#,
    ] {
      #expect(change(message, name + wrong) == .differs, "\(name + wrong)")
    }
    #expect(change(message, "other" + #""{\"t\": \"ಮಳೆ\"}""#) == .differs)
    #expect(change(message, name + #""{\"t\": \"ಮ"#, isCut: true) == .cut)
    #expect(change(message, name + #""{\"t\": \"\u0cae\u0c"#, isCut: true) == .cut)
    #expect(change(message, name + #""{\"u\": \"ಮ"#, isCut: true) == .differs)
  }

  @Test func resultsInPartsMayBeLists() {
    let message = Message(.tool, parts("a \"b\"\n", "it's \u{A0}ಮಳೆ"))
    let json = ##"[{"type": "text", "text": "a \"b\"\n"}, {"type": "text", "text": "it's  ಮಳೆ"}]"##
      .replacing("  ", with: " \u{A0}")
    let python =
      #"[{'type': 'text', 'text': 'a "b"\n'}, {'type': 'text', 'text': "it's \xa0ಮಳೆ"}]"#
    for text in [json, python] {
      #expect(change(message, text) == .toolResultRendered, "\(text)")
      for (old, new) in [
        ("ಮಳೆ", "ಮಳ"), ("it's", "its"), ("a ", "a"), ("text", "texx"), ("]", ""), ("]", ", {}]"),
      ] {
        #expect(change(message, text.replacing(old, with: new)) == .differs, "\(old)")
      }
      for count in 1..<text.unicodeScalars.count {
        let cut = String(text.unicodeScalars.dropLast(count))
        #expect(change(message, cut, isCut: true) == .cut, "\(cut)")
      }
      let changed = text.replacing("ಮಳೆ", with: "ಮz")
      #expect(change(message, String(changed.dropLast(3)), isCut: true) == .differs)
      #expect(change(message, text.replacing("it's", with: "its"), isCut: true) == .differs)
    }
    let objects = String(python.dropFirst().dropLast()).replacing("}, {", with: "}{")
    #expect(change(message, objects) == .toolResultRendered)
    #expect(change(message, objects.replacing("ಮಳೆ", with: "ಮಳ")) == .differs)
    #expect(change(message, String(objects.prefix(30)), isCut: true) == .cut)
    let swapped = Message(.tool, parts("it's \u{A0}ಮಳೆ", "a \"b\"\n"))
    #expect(change(swapped, json) == .differs && change(swapped, python) == .differs)
    let composed = Message(.tool, parts("é"))
    #expect(change(composed, "[{'type': 'text', 'text': 'e\u{301}'}]") == .differs, "bytes")
    #expect(change(Message(.user, parts("a", "b")), "['a', 'b']") == .differs, "no tool's")
  }

  @Test func listsAsPythonPrintsThem() throws {
    func value(_ text: String) -> JSONValue? { PythonLiteral.value(of: Array(text.utf8)) }
    #expect(
      value(#"['\'', "\"'", '\\n\n\t\r', '\x41\u0cae\U0001f642', True, False, None, 1.5]"#)
        == ["'", "\"'", "\\n\n\t\r", "Aಮ🙂", true, false, .null, 1.5])
    #expect(value(#"{'a': {'b': []}}"#) == ["a": ["b": []]])
    for wrong in ["['a]", #"['\q']"#, #"['\x4']"#, #"['\ud83d']"#, "[a]", "['a'", ""] {
      #expect(value(wrong) == nil, "\(wrong)")
    }
  }

  @Test func speakersMayBeNamedBeforeTheyAreHeard() {
    for role in [Role.user, .assistant] {
      var message = Message(role, "ab c")
      message.name = "Sita"
      for text in ["Sitaab c", " (Sita)ab c", "Sita<think></think>ab c", "(Sita) ab c\n"] {
        #expect(change(message, text) == .merged, "\(text)")
      }
      for wrong in [
        "Sitab c", "Sitaab", "(Sita)ab", "(Sitaab c", "(Rama)ab c", "Sita", "Sitaab c d",
        "xSitaab c", "ab cSita", "SitaSita", "(Sita)x ab c",
      ] {
        #expect(change(message, wrong) == .differs, "\(wrong)")
      }
      #expect(change(message, "(Sita)ab", isCut: true) == .cut)
      message.name = nil
      #expect(change(message, "(Sita)ab c") == .differs)
    }
    var thinking = Message(.assistant, "ab", name: "Sita")
    thinking.reasoning = "hm"
    #expect(change(thinking, " (Sita)<think>hm</think>ab") == .reasoningRendered)
    #expect(change(thinking, " (Sita)<think>h</think>ab") == .differs)
  }
}
