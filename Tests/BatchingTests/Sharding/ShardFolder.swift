import Artifacts
import Conversations
import Fixtures
import Foundation
import Testing

@testable import Batching

/// A shard set in a temporary folder, for tests that look at it or break it.
final class ShardFolder {
  let tokenizer: ToyTokenizer
  let path: String
  private let folder = TemporaryFolder()

  /// Makes a set of conversations.
  init(
    _ conversations: [Conversation], _ options: FormatOptions = FormatOptions(), threads: Int = 1,
    limits: ShardWriter.Limits = .init(), renders: Bool = false,
    tokenizer: ToyTokenizer = ToyTokenizer()
  ) throws {
    self.tokenizer = tokenizer
    path = folder.file("set")
    let input = folder.file("in.jsonl")
    try Self.write(conversations, to: input)
    var sharder = Sharder(tokenizer: tokenizer, options: options, threads: threads)
    sharder.limits = limits
    sharder.renders = renders
    _ = try sharder.run(conversations: [input], output: path)
  }

  /// Makes a set by hand: these records, whatever is wrong with them, and a manifest whose counts
  /// fit.
  init(
    records: [ShardRecord], _ options: FormatOptions = FormatOptions(),
    tokenizer: ToyTokenizer = ToyTokenizer()
  ) throws {
    self.tokenizer = tokenizer
    path = folder.file("set")
    let writer = ShardWriter(.train, below: path)
    var counts = ShardCounts()
    for record in records {
      try writer.append(record)
      counts.count(of: record)
    }
    let templates = try options.templates.map {
      ShardManifest.Template(try TemplateCatalog.template(named: $0, for: tokenizer))
    }
    let manifest = ShardManifest(
      tool: "test", tokenizerDigest: tokenizer.digest,
      vocabularyCount: tokenizer.vocabularyCount, templates: templates, options: options,
      inputs: [],
      splits: [.init(split: .train, counts: counts, files: try writer.finish())], dropped: nil,
      proof: nil)
    try DatasetsFolder.describeSet(in: path, splits: [.train])
    try write(manifest)
  }

  /// The set, opened.
  func open() throws -> ShardSet { try ShardSet(path) }

  /// What the verifier finds.
  func verify() throws -> ShardVerifier.Report {
    try ShardVerifier(tokenizer: tokenizer).verify(try open())
  }

  /// Replaces the manifest.
  func write(_ manifest: ShardManifest) throws {
    try AtomicFile.write(manifest.json.pretty, to: "\(path)/manifest.json")
  }

  /// Changes the bytes of a file of the set.
  func change(_ name: String, _ body: (inout [UInt8]) -> Void) throws {
    let file = "\(path)/\(name)"
    var bytes = [UInt8](FileManager.default.contents(atPath: file) ?? Data())
    body(&bytes)
    try AtomicFile.write(bytes, to: file)
  }

  /// Replaces a text of the manifest that must be there.
  func replace(_ text: String, with other: String) throws {
    try change("manifest.json") { bytes in
      let manifest = String(decoding: bytes, as: UTF8.self)
      #expect(manifest.contains(text))
      bytes = Array(manifest.replacing(text, with: other).utf8)
    }
  }

  /// Verifies as `akshara labels verify` does: the manifest keeps what was found.
  func verifyAndRecord(
    with tokenizer: ToyTokenizer = ToyTokenizer()
  ) throws -> ShardVerifier.Report {
    try ShardVerifier(tokenizer: tokenizer).verify(
      folder: path, try ShardSet.readManifest(in: path))
  }

  /// All files with their content.
  func contents() throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      files[name] = FileManager.default.contents(atPath: "\(path)/\(name)")
    }
    return files
  }

  /// Writes conversations as JSON Lines.
  static func write(_ conversations: [Conversation], to path: String) throws {
    let writer = try ConversationWriter(path)
    for conversation in conversations { try writer.write(conversation) }
    try writer.commit()
  }
}

extension ShardCounts {
  /// Changes the ledger, and with it those of the only language and the only source.
  mutating func changeLedgers(_ change: (inout TokenLedger) -> Void) {
    func changed(_ ledger: TokenLedger) -> TokenLedger {
      var ledger = ledger
      change(&ledger)
      return ledger
    }
    ledger = changed(ledger)
    languageLedgers = languageLedgers.mapValues(changed)
    sourceLedgers = sourceLedgers.mapValues(changed)
  }

  /// Counts a row of which nothing was cut.
  fileprivate mutating func count(of record: ShardRecord) {
    var part = TokenLedger()
    part.rendered = record.sample.inputIDs.count
    part.supervised = record.sample.supervisedCount
    part.context = part.rendered - part.supervised
    let (language, source) = (record.language ?? "", record.source ?? "")
    rowsIn += 1
    rowsKept += 1
    ledger.add(part)
    languages[language, default: 0] += 1
    sources[source, default: 0] += 1
    languageLedgers[language, default: .init()].add(part)
    sourceLedgers[source, default: .init()].add(part)
  }
}
