import Artifacts
import Fixtures
import Testing

@testable import Conversations

/// The fast way gives the same bytes and counts as the slow one.
@Suite struct BlockImportTests {
  private struct Outcome: Equatable {
    var output: [UInt8]
    var quarantine: [UInt8]
    var report: ImportReport
  }

  private let folder = TemporaryFolder()

  private func outcome(
    _ kind: ImportKind, _ path: String, plainly: Bool, threads: Int = 1,
    change: (inout ImportOptions) -> Void = { _ in }
  ) throws -> Outcome {
    var options = ImportOptions(kind: kind, paths: [path])
    options.maxBadRows = nil
    options.threads = threads
    change(&options)
    var importer = Importer(options)
    importer.readsPlainly = plainly
    let (output, aside) = (folder.file("out.jsonl"), folder.file("aside.jsonl"))
    let writer = try ConversationWriter(output)
    let quarantine = try JSONLinesWriter(aside)
    let report = try importer.run(into: writer, quarantine: quarantine)
    try writer.commit()
    try quarantine.commit()
    return Outcome(
      output: try TextFile(output).bytes, quarantine: try TextFile(aside).bytes, report: report)
  }

  private func expectTwins(
    _ kind: ImportKind, _ path: String, _ comment: String = "",
    change: (inout ImportOptions) -> Void = { _ in }
  ) throws {
    let slow = try outcome(kind, path, plainly: true, change: change)
    for threads in [1, 3] {
      let fast = try outcome(kind, path, plainly: false, threads: threads, change: change)
      #expect(fast.report == slow.report, "\(comment)")
      #expect(fast.quarantine == slow.quarantine, "\(comment)")
      #expect(fast.output == slow.output, "\(comment)")
    }
  }

  private static let rows: [(ImportKind, String)] = [
    (
      .dolly,
      #"{"instruction":"ಅ\n\"q\"\u0001","context":"","response":"r\/\u00e9\ud83d\ude00","category":"c"}"#
    ),
    (.dolly, #"{"instruction":"q","context":"ctx <|x|>","response":"[INST] a","category":" "}"#),
    (
      .dolly,
      #"{"instruction":"<|a","context":"b|>","response":"","category":"film","x":1,"y":null}"#
    ),
    (.dolly, #"{"instruction":"q","context":"\u200b ","response":"తెలుగు ಕನ್ನಡ","category":"film"}"#),
    (.dolly, #"{"instruction":"q","response":"a","instruction":"p"}"#),
    (.dolly, #"{"instruction":"q","response":"a","x":1,"x":null}"#),
    (.dolly, #"{"instruction":"q","response":"a","x":null,"x":1}"#),
    (.dolly, #"{"instruction":"q","response":"a","system":"s","history":[],"tools":[]}"#),
    (.dolly, #"{"instruction":"q","response":"a","system":"s","system_prompt":"t"}"#),
    (.dolly, #"{"instruction":"q","response":"a","history":[["h","i"]],"label":true}"#),
    (.dolly, #"{"instruction":"q","response":5}"#),
    (.dolly, #"{"instruction":"q","response":"\ud800"}"#),
    (.dolly, #"{"instruction":null,"response":"a"}"#),
    (.alpaca, #"{"instruction":"q","input":"i","output":"a","text":"t"}"#),
    (.alpaca, #"{"instruction":"q","input":null,"output":"123 …","history":null}"#),
    (.completion, #"{"prompt":"p","completion":"c","id":1}"#),
    (.completion, #"{"prompt":"p","completion":7}"#),
    (.completion, #"{"prompt":"p","completion":"c","category":"k","context":"x"}"#),
    (.completion, #"{"text":"x Price is $","price":3}"#),
    (
      .messages, #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"ಉ"}]}"#
    ),
    (
      .messages,
      #"{"conversations":[{"from":"human","value":"q"},{"from":"gpt","value":"<s>"},{"from":"gpt","value":"b"}],"id":"x"}"#
    ),
    (
      .messages,
      #"{"messages":[{"role":"system","content":"s"},{"role":"user","content":"q","name":null}],"system":"t"}"#
    ),
    (
      .messages,
      #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a","weight":0}]}"#
    ),
    (.messages, #"{"messages":[{"role":"narrator","content":"q"}]}"#),
    (
      .messages,
      #"{"messages":[{"role":"user","content":[{"type":"text","text":"q"}],"x":1}],"tools":[{"name":"f"}]}"#
    ),
    (.messages, #"[{"role":"user","content":"q"}]"#), (.messages, "[]"),
    (.messages, #"{"messages":[],"x":1}"#),
    (.messages, #"{"messages":null,"conversation":[{"role":"user","content":"q"}]}"#),
    (.messages, #"{"messages":[{"role":"user","content":"q"}],"chosen":"a","rejected":"b"}"#),
    (.text, #"{"text":"ಪಠ್ಯ\t","source":"s"}"#), (.text, #""bare""#), (.text, #"{"text":""}"#),
  ]

  @Test(arguments: [ImportKind.dolly, .alpaca, .completion, .messages, .text])
  func everyShapeGivesTheSameBytes(kind: ImportKind) throws {
    let lines = Self.rows.filter { $0.0 == kind }.map(\.1) + ["", " \t", "{", "5", "{\"a\":\u{0}}"]
    let path = folder.file("rows.jsonl")
    try AtomicFile.write(Array(("\u{FEFF}" + lines.joined(separator: "\r\n")).utf8), to: path)
    try expectTwins(kind, path)
    try expectTwins(kind, path) { options in
      options.tags = ["film", "a\"b"]
      options.systemPrompt = "ನೀನು <|x|>"
      options.licence = "MIT"
    }
    try expectTwins(kind, path) { $0.language = "te-Latn" }
  }

  @Test(arguments: [
    "dolly15k/dolly_shared.jsonl.gz", "derived_instruct/kn_alpaca_dev.jsonl.gz",
    "derived_instruct/te_sharegpt_dev.jsonl.gz", "derived_instruct/kn_conversations_dev.jsonl.gz",
    "kanglish_care/seed.jsonl", "pricer/kwabena__fine_tune_train.jsonl",
    "telugu_poems/poems_shared.jsonl.gz", "golden/chat_render_dev.jsonl",
  ])
  func sharedSetsGiveTheSameBytes(path: String) throws {
    guard let file = RepositoryPaths.shared("data/\(path)") else { return }
    try expectTwins(.auto, file, path)
  }

  /// Rows put together and damaged at random (seeded), in blocks of any size.
  @Test func damagedRowsGiveTheSameBytes() throws {
    var state: UInt64 = 11
    func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % max(1, bound)
    }
    let alphabet = Array("\"\\{}[]:,n0 \n\r<|>u".utf8) + [0, 0xE0, 0xB2, 0xFF]
    for round in 0..<40 {
      let kind = [ImportKind.dolly, .alpaca, .completion, .messages, .text][round % 5]
      var bytes: [UInt8] = []
      for _ in 0..<60 {
        let (_, row) = Self.rows[below(Self.rows.count)]
        bytes += Array(row.utf8) + [0x0A]
      }
      for _ in 0..<below(60) { bytes[below(bytes.count)] = alphabet[below(alphabet.count)] }
      let path = folder.file("damaged.jsonl")
      try AtomicFile.write(bytes, to: path)
      try expectTwins(kind, path, "round \(round)")
    }
  }
}
