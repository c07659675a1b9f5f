import Testing

@testable import Artifacts

@Suite struct OptionReaderTests {
  private func reader(_ entries: [(String, JSONValue)]) throws -> OptionReader {
    let entries = entries.enumerated().map { index, entry in
      OptionNode.Entry(
        key: entry.0,
        node: OptionNode(.scalar(entry.1), at: SourceLocation(file: "r.yaml", line: index + 1)))
    }
    return try OptionReader(
      OptionNode(.table(entries), at: SourceLocation(file: "r.yaml", line: 1)), section: "lora")
  }

  @Test func readsTypedValuesAndDefaults() throws {
    var reader = try reader([("r", 16), ("lora_alpha", "3e1"), ("name", "x"), ("on", true)])
    #expect(try reader.integer("r", in: 1...64) == 16)
    #expect(try reader.number("lora_alpha", in: 0...100) == 30)
    #expect(try reader.string("name") == "x")
    #expect(try reader.strings("name") == ["x"])
    #expect(try reader.boolean("on") == true)
    #expect(try reader.integer("absent", in: 0...1) == nil)
    try reader.finish()
  }

  @Test func namesOurSpellingForAnotherTools() throws {
    var reader = try reader([("lora_r", 16)])
    _ = try reader.integer("r", in: 1...64)
    let error = #expect(throws: AksharaError.self) { try reader.finish() }
    #expect(error?.description == "r.yaml:1: unknown key `lora_r` in `lora`; write `r`")
  }

  @Test func suggestsTheNearestKey() throws {
    var reader = try reader([("lora_alhpa", 16)])
    _ = try reader.number("lora_alpha", in: 0...64)
    let error = #expect(throws: AksharaError.self) { try reader.finish() }
    #expect(
      error?.description
        == "r.yaml:1: unknown key `lora_alhpa` in `lora`; did you mean `lora_alpha`?")
  }

  @Test func refusesWrongTypesRangesAndRepeatedKeys() throws {
    var wrong = try reader([("r", "many")])
    #expect(throws: AksharaError.self) { try wrong.integer("r", in: 1...64) }
    var large = try reader([("r", 65)])
    let error = #expect(throws: AksharaError.self) { try large.integer("r", in: 1...64) }
    #expect(error?.description == "r.yaml:1: `lora.r` is 65; give a value from 1 to 64")
    #expect(throws: AksharaError.self) { try reader([("r", 1), ("r", 2)]) }
  }
}
