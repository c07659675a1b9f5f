import Artifacts
import Conversations
import Fixtures
import Foundation
import Testing

@testable import Batching

/// The schema is held against the Swift types from both sides: here its lists of names, in
/// `shards_parity.py` whole manifests.
@Suite struct ManifestSchemaTests {
  private let schema: JSONValue

  init() throws {
    let path = RepositoryPaths.file("schemas/manifest.schema.json")
    schema = try JSONValue(parsing: [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))))
  }

  private func value(_ path: String...) throws -> JSONValue {
    try path.reduce(schema) { try #require($0[$1], "\(path)") }
  }

  private func names(_ value: JSONValue) -> [String] { value.array?.compactMap(\.string) ?? [] }

  @Test func itNamesEveryCase() throws {
    let options = try value("properties", "format_options", "properties")
    let template = try value("$defs", "template", "anyOf").array?.first?["enum"]
    #expect(
      names(try #require(template))
        == TemplateCatalog.names + [ForeignSampleRecord.unknownTemplate])
    #expect(names(try #require(options["train_on"]?["enum"])) == TrainOn.allCases.map(\.rawValue))
    #expect(
      names(try #require(options["train_on_eos"]?["enum"])) == TrainOnEOS.allCases.map(\.rawValue))
    #expect(
      names(try #require(options["truncation"]?["enum"])) == Truncation.allCases.map(\.rawValue))
    #expect(names(try #require(options["border"]?["enum"])) == BorderRule.allCases.map(\.rawValue))
    #expect(
      names(try #require(options["on_refusal"]?["enum"])) == RefusalPolicy.allCases.map(\.rawValue))
    #expect(options["max_length"]?["maximum"]?.integer == Int64(FormatOptions.longestRow))
    let counts = try value("$defs", "counts", "properties")
    #expect(
      names(try #require(counts["rows_dropped"]?["propertyNames"]?["enum"]))
        == SampleMaker.DropReason.allCases.map(\.rawValue) + [ForeignSharder.notText]
        + ForeignFault.allCases.map(\.rawValue).filter {
          SampleMaker.DropReason(rawValue: $0) == nil
        })
    #expect(
      names(try #require(counts["rendering_changes"]?["propertyNames"]?["enum"]))
        == RenderingChange.allCases.map(\.rawValue))
  }

  @Test func itDemandsTheKeysThatAreWritten() throws {
    let manifest = try ShardFolder([SampleConversations.dialogue("a", "b")]).open().manifest.json
    func expectKeys(_ written: JSONValue?, _ demanded: JSONValue?) throws {
      #expect(try #require(written?.object).keys == names(try #require(demanded)))
    }
    try expectKeys(manifest, schema["required"])
    try expectKeys(
      manifest["format_options"], try value("properties", "format_options", "required"))
    try expectKeys(
      manifest["templates"]?.array?.first,
      try value("properties", "templates", "items", "required"))
    try expectKeys(
      manifest["splits"]?.array?.first, try value("properties", "splits", "items", "required"))
    try expectKeys(
      manifest["splits"]?.array?.first?["counts"], try value("$defs", "counts", "required"))
    try expectKeys(
      manifest["splits"]?.array?.first?["counts"]?["tokens"],
      try value("$defs", "ledger", "required"))
    let proof = try value("properties", "proof", "oneOf").array?.last
    try expectKeys(manifest["proof"], proof?["required"])
    try expectKeys(manifest["proof"]?["faults"], proof?["properties"]?["faults"]?["required"])
  }
}
