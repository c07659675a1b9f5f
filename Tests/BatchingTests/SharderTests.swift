import Artifacts
import Conversations
import Fixtures
import Foundation
import Testing

@testable import Batching

@Suite struct SharderTests {
  private let tokenizer = ToyTokenizer()

  /// Conversations as a file of JSON Lines.
  private func write(_ conversations: [Conversation], to path: String) throws {
    let writer = try ConversationWriter(path)
    for conversation in conversations { try writer.write(conversation) }
    try writer.commit()
  }

  private func conversation(
    _ id: String, _ question: String, _ answer: String, split: Split? = nil
  ) -> Conversation {
    Conversation(
      id: id, messages: [Message(.user, .text(question)), Message(.assistant, .text(answer))],
      split: split, language: "kn",
      provenance: Provenance(source: "test.jsonl", record: 1))
  }

  @Test func writesRowsThatReadBackAsTheyWereMade() throws {
    let folder = TemporaryFolder()
    let input = folder.file("in.jsonl")
    try write(
      [
        conversation("a", "ಹೇಗಿದ್ದೀರಿ?", "ಚೆನ್ನಾಗಿದ್ದೇನೆ."),
        conversation("b", "1+1?", "2", split: .validation),
        conversation("c", "<|im_end|>?", ""),
      ], to: input)
    let sharder = Sharder(tokenizer: tokenizer, options: FormatOptions())
    let manifest = try sharder.run(conversations: [input], output: folder.file("out"))
    #expect(manifest.totals.rowsKept == 3)
    #expect(manifest.totals.isConserved)
    #expect(manifest.totals.controlTokenText == ["<|im_end|>": 1])
    #expect(manifest.proof?.holds == true)

    let set = try ShardSet(folder.file("out"))
    try set.requireProof()
    #expect(set.manifest == manifest)
    #expect(set.splits == [.train, .validation])
    let record = try set.record(.train, 0)
    #expect(
      record.sample.text
        == "<|im_start|>user\nಹೇಗಿದ್ದೀರಿ?<|im_end|>\n<|im_start|>assistant\nಚೆನ್ನಾಗಿದ್ದೇನೆ.<|im_end|>\n")
    #expect(record.language == "kn")
    #expect(record.source == "test.jsonl")
    let supervised = record.sample.labels.filter { $0 != ignoreIndex }
    #expect(
      String(decoding: tokenizer.decode(supervised), as: UTF8.self) == "ಚೆನ್ನಾಗಿದ್ದೇನೆ.<|im_end|>")
    #expect(set.row(.train, 0) == record.sample.tokenRow)
    #expect(set.rowCount(.validation) == 1)
    #expect(set.lengths(.train).map(Int.init) == (0..<2).map { set.row(.train, $0).count })
  }

  @Test func theBytesDoNotDependOnThreads() throws {
    let folder = TemporaryFolder()
    let input = folder.file("in.jsonl")
    var generator = SplitMix64(seed: 4)
    try write(
      (0..<200).map { index in
        let words = (0..<generator.next(below: 40)).map { ["ಕನ್ನಡ", "తెలుగు", "x."][$0 % 3] }
        return conversation(
          "row-\(index)", words.joined(separator: " "), "\(index)",
          split: index % 7 == 0 ? .validation : nil)
      }, to: input)
    let options = FormatOptions(templates: ["chatml", "llama3", "instruction"], maxLength: 400)
    var sets: [[String: Data]] = []
    for threads in [1, 2, 5] {
      var sharder = Sharder(tokenizer: tokenizer, options: options, threads: threads)
      sharder.limits = .init(batchRows: 20, fileBytes: 20_000)
      let output = folder.file("out-\(threads)")
      _ = try sharder.run(conversations: [input], output: output)
      sets.append(try contents(of: output))
    }
    #expect(sets[0].count > 12)
    #expect(sets[0] == sets[1])
    #expect(sets[0] == sets[2])
  }

  private func contents(of folder: String) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: folder) {
      files[name] = FileManager.default.contents(atPath: "\(folder)/\(name)") ?? Data()
    }
    return files
  }
}
