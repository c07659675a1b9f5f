import Artifacts
import Testing

@testable import Conversations

@Suite struct FieldReaderTests {
  /// Of a key that stands twice the last value counts, however many keys there are.
  @Test(arguments: [0, 100])
  func unusedKeysAreThoseWithAValue(others: Int) throws {
    let more = (0..<others).map { (String($0), JSONValue(1)) }
    let pairs: [(String, JSONValue)] =
      [("read", 1), ("a", 1), ("b", .null), ("c", 1), ("c", .null), ("d", .null), ("d", 1)] + more
    var fields = try FieldReader(.object(JSONObject(pairs)), of: "the row")
    _ = fields.value("read")
    #expect(fields.unused == ["a", "d", "d"] + more.map(\.0))
  }
}
