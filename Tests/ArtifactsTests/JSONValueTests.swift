import Testing

@testable import Artifacts

@Suite struct JSONValueTests {
  @Test func keepsKeyOrderAndNumberKinds() throws {
    let text = #"{"b":1,"a":1.5,"c":[true,null,"ಅ\n\u0001\"\\"],"d":-9223372036854775808}"#
    let value = try JSONValue(parsing: text)
    #expect(value["c"]?.array?[2].string == "ಅ\n\u{1}\"\\")
    #expect(
      value.compactString
        == #"{"b":1,"a":1.5,"c":[true,null,"ಅ\n\u0001\"\\"],"d":-9223372036854775808}"#)
  }

  @Test func refusesHalfADocument() {
    #expect(throws: AksharaError.self) { try JSONValue(parsing: #"{"a": [1, 2"#) }
  }

  /// transformers writes such a limit into most tokenizers' configurations.
  @Test func configurationsMayHoldWholeNumbersOfAnyLength() throws {
    let text =
      #"{"model_max_length": 1000000000000000019884624838656, "a": "1000000000000000019884624838656","b":[-20000000000000000000,1,2.5]}"#
    #expect(throws: AksharaError.self) { try JSONValue(parsing: text) }
    let value = try JSONValue(configuration: Array(text.utf8))
    #expect(value["model_max_length"]?.double == 1e30)
    #expect(value["a"] == "1000000000000000019884624838656")
    #expect(value["b"]?.array == [.number(-2e19), 1, 2.5])
    let written = try JSONValue(parsing: value.pretty)
    #expect(written["model_max_length"]?.double == 1e30)
    for bad in [#"{"a": 1e400}"#, #"{"a": 100000000000000000000"#, #"{"a": NaN}"#, ""] {
      #expect(throws: AksharaError.self) { try JSONValue(configuration: Array(bad.utf8)) }
    }
  }

  @Test func prettyDocumentsReadBack() throws {
    let value: JSONValue = ["a": [1, 2.5, []], "b": ["c": .null]]
    #expect(try JSONValue(parsing: value.pretty) == value)
  }

  @Test(arguments: [
    (#"{"a": NaN}"#, "`NaN` is no value of JSON"), (#"{"a": -Infinity}"#, "`Infinity` is no value"),
    (#"{"a": 1e5, "b": None}"#, "`None` is no value"),
    (#"{"NaN": "\"NaN", "b": "\udc00"}"#, #"surrogate pair, `\udc00`"#),
    (#"["\ud83d\ude00", "\ud83d x"]"#, #"surrogate pair, `\ud83d`"#),
    (#"["\ud83d"#, "surrogate pair"), (#"["\\ud83d", 1 2]"#, "improper structure"),
  ])
  func faultsAreExplained(text: String, message: String) {
    let error = #expect(throws: AksharaError.self) { try JSONValue(parsing: text) }
    #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
  }
}

@Suite struct JSONStringTests {
  @Test func everyCharacterBelow128IsReadBack() throws {
    for first in 0..<128 {
      let text =
        String(UnicodeScalar(UInt8(first))) + "ಅ" + String(UnicodeScalar(UInt8(127 - first)))
      let written = JSONValue.string(text).compact
      #expect(try JSONValue(parsing: written).string == text)
    }
    #expect(
      JSONValue.string("a\u{1F}\"\\\r\t\u{7F}").compactString == "\"a\\u001f\\\"\\\\\\r\\t\u{7F}\"")
    #expect(JSONValue.string("").compactString == "\"\"")
  }
}
