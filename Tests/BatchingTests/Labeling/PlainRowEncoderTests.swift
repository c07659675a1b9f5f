import Artifacts
import Conversations
import Testing

@testable import Batching

@Suite struct PlainRowEncoderTests {
  private let tokenizer = ToyTokenizer()

  private static let templates = [
    "chatml", "llama3", "llama3.1", "qwen2.5", "vicuna", "alpaca", "dolly", "zephyr",
  ]

  /// A random conversation, some with what a row keeps beside text.
  private func conversation(_ generator: inout SplitMix64, _ number: Int) -> Conversation {
    var conversation = SampleConversations.random(
      &generator, id: "c\(number)", flags: number % 7 == 0)
    if number % 3 == 0 {
      conversation.language = ["kn", "te"][generator.next(below: 2)]
      conversation.tags = ["scene", "short"]
      conversation.split = Split.allCases[generator.next(below: 3)]
    }
    if number % 4 == 0 {
      conversation.provenance = Provenance(
        source: "s\(generator.next(below: 2))", licence: "CC0-1.0", record: number + 1,
        digest: number % 8 == 0 ? Digest(of: [1, 2]) : nil)
    }
    if number % 11 == 0 { conversation.group = "g" }
    if number % 13 == 0 { conversation.messages[0].name = "ರಾಮ" }
    return conversation
  }

  /// The files of a set, without rendering what needs not be, and with.
  @Test(arguments: templates)
  func setsHaveTheBytesOfRenderedRows(template: String) throws {
    var generator = SplitMix64(seed: 5)
    for (round, trainOn) in [TrainOn.assistant, .lastAssistant, .all, .assistant].enumerated() {
      let conversations = (0..<90).map { conversation(&generator, $0) }
      let options = FormatOptions(
        templates: [template], trainOn: trainOn, trainOnEOS: TrainOnEOS.allCases[round % 3],
        maxLength: [180, 400][round % 2], truncation: [.drop, .right, .left, .split][round],
        onRefusal: .drop)
      let quick = try ShardFolder(conversations, options)
      let slow = try ShardFolder(conversations, options, renders: true)
      let (found, expected) = (try quick.contents(), try slow.contents())
      #expect(found.keys.sorted() == expected.keys.sorted())
      for (name, content) in expected {
        #expect(found[name] == content, "\(name) of \(template), \(trainOn)")
      }
      #expect(try quick.open().manifest.proof?.holds == true)
    }
  }

  /// Otherwise it would be quick in name only.
  @Test(arguments: templates) func mostRowsArePlain(template: String) throws {
    let maker = try SampleMaker(
      FormatOptions(templates: [template], maxLength: 4096), tokenizer: tokenizer)
    var encoder = try #require(PlainRowEncoder(maker))
    let parser = try JSONParser()
    var plain = PlainConversation()
    let conversation = SampleConversations.dialogue(
      " ಶ್ರೀ is $2 ", "number < 7\n", "ಕನ್ನಡ?", "user", system: "in", id: "x")
    let line = Array(conversation.json.compactString.utf8)
    let padded = line + [UInt8](repeating: 0, count: JSONParser.padding)
    let expected = try #require(try maker.make(conversation).sample)
    for round in 0..<2 {  // the memory of the first rows serves the next
      for number in 0..<3 {
        let isTaken = try padded.withUnsafeBytes { bytes in
          let tape = try #require(
            parser.tape(ofPadded: UnsafeRawBufferPointer(rebasing: bytes[..<line.count])))
          return try plain.read(tape) && encoder.take(plain, line: 10 * round + number)
        }
        #expect(isTaken)
      }
      var lines: [Int] = []
      encoder.finish { rows, range, arePlain in
        #expect(range == 0..<3 && arePlain)
        for row in range {
          let one = row..<row + 1
          lines.append(rows.rows[row].line)
          #expect(rows.texts.holds(Array(expected.text.utf8), at: row))
          #expect(rows.ids.holds(Array("x".utf8), at: row))
          #expect(rows.tokens.encoding.ids[rows.tokenRange(one)] == expected.inputIDs[...])
          #expect(rows.rows[row].supervisedCount == expected.supervisedCount)
          let ends = rows.spanRange(one)
          #expect(rows.tokenEnds[ends].map { Int($0) } == expected.spans.map(\.tokens.upperBound))
          #expect(rows.byteEnds[ends].map { Int($0) } == expected.spans.map(\.bytes.upperBound))
        }
      }
      #expect(lines == [10 * round, 10 * round + 1, 10 * round + 2])
    }
  }

  @Test func optionsThatNeedTheWholeTextAreLeftToOthers() throws {
    func encoder(_ options: FormatOptions) throws -> PlainRowEncoder? {
      PlainRowEncoder(try SampleMaker(options, tokenizer: tokenizer))
    }
    #expect(try encoder(FormatOptions(border: .asRendered)) == nil)
    #expect(try encoder(FormatOptions(templates: ["chatml", "llama3"])) == nil)
    #expect(try encoder(FormatOptions(templates: ["qwen3"])) == nil)
    #expect(
      try encoder(FormatOptions(trainOn: .responseTemplate, responseTemplate: "x")) == nil)
    #expect(try encoder(FormatOptions()) != nil)
  }

  /// Every character at both ends, alone and with others.
  @Test func whiteSpaceIsThatOfPython() {
    let characters = (0...0x3100).compactMap { Unicode.Scalar($0).map { String($0) } } + ["🙂"]
    for character in characters {
      for text in [character, "a\(character)", "\(character)a", " \(character) a\(character)\n"] {
        let utf8 = Array(text.utf8)
        let (both, end) = utf8.withUnsafeBytes { bytes in
          (
            PythonWhitespace.range(of: bytes, .both), PythonWhitespace.range(of: bytes, .end)
          )
        }
        #expect(utf8[both].elementsEqual(text.trimmingWhitespaceAsPython().utf8))
        #expect(utf8[end].elementsEqual(text.trimmingWhitespaceAtEndAsPython().utf8))
      }
    }
  }
}
