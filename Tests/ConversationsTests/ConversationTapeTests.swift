import Artifacts
import Testing

@testable import Conversations

@Suite struct ConversationTapeTests {
  private func fromTape(_ line: String) throws -> Conversation? {
    let bytes = Array(line.utf8) + [UInt8](repeating: 0, count: JSONParser.padding)
    let parser = try JSONParser()
    return bytes.withUnsafeBytes { bytes in
      parser.tape(ofPadded: UnsafeRawBufferPointer(rebasing: bytes[..<line.utf8.count]))
        .flatMap { Conversation(tape: $0) }
    }
  }

  private static let digest = "sha256:" + String(repeating: "0aF", count: 21) + "7"

  @Test(arguments: [
    #"{"id":"a","messages":[{"role":"user","content":"ಹೇಗಿದ್ದೀರಿ?"},{"role":"assistant","content":""}]}"#,
    #"{"messages":[{"content":"\u0ca8\n","role":"tool","name":"x","reasoning_content":"y"}],"id":"b"}"#,
    #"{"id":"c","messages":[{"role":"system","content":"s","supervised":true,"weight":2},{"role":"assistant","content":"t","supervised":false,"weight":0.5}]}"#,
    #"{"id":"d","messages":[{"role":"user","content":"q"}],"group":"g","split":"validation","language":"te","tags":["x","y"]}"#,
    #"{"id":"e","messages":[{"role":"user","content":"q"}],"provenance":{"source":"f","licence":"MIT","record":3,"digest":"\#(digest)"},"tags":[]}"#,
    #"{"id":"f","messages":[{"role":"user","content":"q","weight":18446744073709551615}],"provenance":{"record":1.0,"source":""}}"#,
  ])
  func plainRecordsAreRead(_ line: String) throws {
    #expect(try fromTape(line) == Conversation(json: try JSONValue(parsing: line)))
  }

  /// What is not plain is left to the reader of JSON values, right or wrong.
  @Test(arguments: [
    "[]", "{}", #"{"id":"a"}"#, #"{"id":"","messages":[{"role":"user","content":"q"}]}"#,
    #"{"id":"a","messages":[]}"#, #"{"id":1,"messages":[{"role":"user","content":"q"}]}"#,
    #"{"id":"a","messages":[{"role":"user"}]}"#,
    #"{"id":"a","messages":[{"role":"bot","content":"q"}]}"#,
    #"{"id":"a","messages":[{"role":"user","content":null}]}"#,
    #"{"id":"a","messages":[{"role":"user","content":[{"type":"text","text":"q"}]}]}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q","weight":-1}]}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q","supervised":1}]}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q","tool_calls":[]}]}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"id":"b"}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"split":"dev"}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"tags":[1]}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"extra":1}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"group":null}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"provenance":{"source":"f","record":0}}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"provenance":{"source":"f","record":1.5}}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"provenance":{"source":"f","record":1,"digest":"md5"}}"#,
    #"{"id":"a","messages":[{"role":"user","content":"q"}],"label":true}"#,
  ])
  func whatIsNotPlainIsLeft(_ line: String) throws { #expect(try fromTape(line) == nil) }
}
