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

  @Test func prettyDocumentsReadBack() throws {
    let value: JSONValue = ["a": [1, 2.5, []], "b": ["c": .null]]
    #expect(try JSONValue(parsing: value.pretty) == value)
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
