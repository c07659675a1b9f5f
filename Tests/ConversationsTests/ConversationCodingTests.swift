import Artifacts
import Fixtures
import Testing

@testable import Conversations

@Suite struct ConversationCodingTests {
  static let whole = """
    {"id":"friday-scene-012-3","messages":[{"role":"system","content":"…"},\
    {"role":"user","content":"ಬಾ","name":"ಸೀತಾ"},{"role":"assistant","content":\
    [{"type":"text","text":"a"},{"type":"text","text":"b"}],"reasoning_content":"hm",\
    "tool_calls":[{"id":"1"}],"supervised":true,"weight":0.5},\
    {"role":"tool","content":"7","tool_call_id":"1"}],"group":"friday-scene-012",\
    "split":"train","language":"te","tags":["film"],"provenance":{"source":"a.fountain",\
    "licence":"CC-BY-4.0","record":12,"digest":"sha256:\(String(repeating: "0a", count: 32))"},\
    "tools":[{"type":"function"}],"chat_template_kwargs":{"x":1},\
    "rejected":[{"role":"assistant","content":"no"}],"label":false}
    """

  @Test func aWholeRecordIsReadAndWrittenBackByteForByte() throws {
    let conversation = try Conversation(json: JSONValue(parsing: Self.whole))
    #expect(conversation.messages[1].name == "ಸೀತಾ")
    #expect(conversation.messages[2].content.text == "ab")
    #expect(conversation.split == .train)
    #expect(conversation.provenance?.record == 12)
    #expect(conversation.json.compactString == Self.whole)
  }

  @Test func theSmallestRecordHasAnIDAndOneMessage() throws {
    let text = #"{"id":"a","messages":[{"role":"user","content":""}]}"#
    #expect(try Conversation(json: JSONValue(parsing: text)).json.compactString == text)
  }

  @Test(arguments: [
    (#"[]"#, "the record is `[]`; give a JSON object"),
    (#"{"messages":[]}"#, "the record has no `id`; add `id`"),
    (#"{"id":"","messages":[]}"#, "the record has an empty `id`; give it a name"),
    (#"{"id":7,"messages":[]}"#, "the record has `7` as `id`; give a string"),
    (#"{"id":"a"}"#, "the record has no `messages`; add `messages`"),
    (
      #"{"id":"a","messages":[]}"#,
      "`messages` is empty; give at least one message, or drop the row"
    ),
    (
      #"{"id":"a","messages":[{"role":"user","content":"x"},{"role":"narrator","content":"y"}]}"#,
      "message 2 has the role \"narrator\"; use system, user, assistant or tool"
    ),
    (#"{"id":"a","messages":[{"role":"user"}]}"#, "message 1 has no `content`; add `content`"),
    (
      #"{"id":"a","messages":[{"role":"user","content":null}]}"#,
      "message 1 has `null` as `content`; give text, or a list of typed parts"
    ),
    (
      #"{"id":"a","messages":[{"role":"user","content":"x","weight":-1}]}"#,
      "message 1 has the weight -1.0; give 0 or a positive number"
    ),
    (
      #"{"id":"a","messages":[{"role":"user","content":"x"}],"split":"dev"}"#,
      "the record has the split \"dev\"; use train, validation or test"
    ),
    (
      #"{"id":"a","messages":[{"role":"user","content":"x"}],"provenance":{"source":"s","record":0}}"#,
      "`provenance` has `0` as `record`; give the record's number, counted from 1"
    ),
    (
      #"{"id":"a","messages":[{"role":"user","content":"x"}],"label":"yes"}"#,
      "the record has `\"yes\"` as `label`; give true or false"
    ),
  ])
  func faultsAreNamedWithTheirPlaceAndRemedy(text: String, message: String) throws {
    let json = try JSONValue(parsing: text)
    let error = #expect(throws: AksharaError.self) {
      try Conversation(json: json, at: SourceLocation(file: "a.jsonl", line: 17))
    }
    #expect(error?.description == "a.jsonl:17: \(message)")
  }

  @Test func unknownKeysAreNamed() throws {
    let json = try JSONValue(
      parsing: #"{"id":"a","messages":[{"role":"user","content":"x","nmae":"S"}]}"#)
    let error = #expect(throws: AksharaError.self) { try Conversation(json: json) }
    #expect(error?.message == "message 1 has the unknown key `nmae`")
    #expect(error?.remedy?.hasPrefix("known keys are `role`, `content`, `name`") == true)
  }

  @Test func filesAreReadBackAndFaultsNameTheirLine() throws {
    let folder = TemporaryFolder()
    let path = folder.file("a.jsonl.zst")
    let writer = try ConversationWriter(path)
    let first = Conversation(id: "1", messages: [Message(.user, "ಬಾ")])
    try writer.write(first)
    try writer.commit()
    let reader = try ConversationReader(path)
    #expect(try reader.next() == first)
    #expect(reader.line == 1)
    #expect(try reader.next() == nil)

    let bad = folder.file("b.jsonl")
    try AtomicFile.write(Array("\n{\"id\":\"a\"}\n".utf8), to: bad)
    let error = #expect(throws: AksharaError.self) { try ConversationReader(bad).next() }
    #expect(error?.location == SourceLocation(file: bad, line: 2))
  }

  @Test func sourcesOfOneNameGetDifferentNames() throws {
    let writer = try ConversationWriter(TemporaryFolder().file("a.jsonl"))
    #expect(writer.names(forSource: "a/train.jsonl.gz") == SourceNames(group: "train", id: "train"))
    #expect(
      writer.names(forSource: "b/train.jsonl") == SourceNames(group: "b-train", id: "b-train"))
    #expect(
      writer.names(forSource: "a/train.jsonl.gz")
        == SourceNames(group: "train", id: "train-pass2"))
    #expect(writer.names(forSource: "train.json") == SourceNames(group: "train-2", id: "train-2"))
  }
}
