import Artifacts
import Fixtures
import Foundation
import Testing

@testable import Conversations

/// Sound files of every kind of scene, changed at random (seeded), 20,000 of them: no crash, and every
/// record is accounted for. `tools/fuzz/run` looks for more of the same with coverage as its guide.
@Suite struct SceneFuzzTests {
  private static let rounds = 2_500

  private struct Generator: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {  // SplitMix64
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  /// Pieces that mean something to one of the formats.
  private static let words = [
    "\n", "\r\n", "\r", "\n\n", "  \n", " ", "\t", "INT. ", "EXT. ", "#1#", " 1 1", "(MORE)",
    "(V.O.)",
    "/*", "*/", "[[", "]]", "===", "=", "#", "####", "### SCENE 1", "@", "!", ".", ">", "<", "~",
    "^",
    ":", "：", "ಃ", "ರಾಮು: ", "RAVI\n", "(", ")", "**", "_", "-->", "00:00:01,000 --> 00:00:02,000\n",
    "99:99:99.999", "WEBVTT\n", "NOTE ", "<v A>", "</v>", "&amp;", "&#0;", "{\\an8}", "-", "---",
    "<!--",
    "-->", "|", "char: ", "<Paragraph Type=\"Character\">", "</Paragraph>", "<Text>", "]]>", "&lt;",
    "\u{0C}", "\u{FEFF}", "\u{200D}", "\u{2028}", "ಕ್ಷ", "𝕏", "\u{0301}",
  ].map { Array($0.utf8) }

  private func change(_ bytes: [UInt8], _ generator: inout Generator) -> [UInt8] {
    var bytes = bytes
    for _ in 0...Int.random(in: 0..<4, using: &generator) {
      let place = Int.random(in: 0...bytes.count, using: &generator)
      let end = min(bytes.count, place + Int.random(in: 0..<24, using: &generator))
      switch Int.random(in: 0..<6, using: &generator) {
      case 0, 1:
        bytes.insert(contentsOf: Self.words.randomElement(using: &generator) ?? [], at: place)
      case 2: bytes.removeSubrange(place..<end)
      case 3: bytes.insert(contentsOf: bytes[place..<end], at: place)
      case 4 where place < bytes.count:
        bytes[place] = UInt8.random(in: .min ... .max, using: &generator)
      default: bytes.removeLast(min(bytes.count, Int.random(in: 0..<40, using: &generator)))
      }
    }
    return bytes
  }

  private final class NoSink: ByteSink {
    func write(_ bytes: UnsafeRawBufferPointer) throws {}
    func commit() throws -> Digest { Digest(of: []) }
  }

  private static let samples: [(kind: ImportKind, seed: String)] = [
    (.fountain, "fountain.fountain"), (.fdx, "fdx.fdx"), (.script, "script.txt"),
    (.sceneMarkdown, "scene-markdown.md"), (.snippets, "snippets.md"), (.dialogue, "dialogue.txt"),
    (.srt, "srt.srt"), (.webvtt, "webvtt.vtt"),
  ]

  /// Parts of real screenplays, where they are there, beside the seeds.
  private static func texts(for kind: ImportKind, _ seed: String) throws -> [[UInt8]] {
    var texts = [try TextFile(RepositoryPaths.file("tools/fuzz/seeds/\(seed)")).bytes]
    if kind == .fountain, let folder = RepositoryPaths.shared("data/fountain_nyousefi") {
      for name in Folder.list(folder) where name.hasSuffix(".fountain") || name.hasSuffix(".txt") {
        texts.append(Array(try TextFile("\(folder)/\(name)").bytes.prefix(2000)))
      }
    }
    return texts
  }

  @Test(arguments: samples.indices)
  func everyRecordIsAccountedFor(index: Int) throws {
    let (kind, seed) = Self.samples[index]
    let texts = try Self.texts(for: kind, seed)
    var options = ImportOptions(kind: kind, paths: ["a"])
    options.maxBadRows = nil
    options.assistant = ["*"]
    options.tasks = SceneTask.allCases
    options.contextTurns = 1
    let scenes = try SceneImport(options, of: [], countTokens: nil)
    let format = try #require(SceneImport.format(of: kind, ColumnNames(map: [:])))
    let source = SourceFile(
      path: "a", name: "a", names: SourceNames(group: "a", id: "a"), digest: Digest(of: []),
      prepared: PreparedSource(SourcePaths.Found(path: "a", name: "a")))
    var generator = Generator(state: UInt64(index + 1))
    var imported = 0
    for round in 0..<Self.rounds {
      let bytes = change(texts[round % texts.count], &generator)
      let run = ImportRun(
        options, kind: kind, writer: ConversationWriter(sink: NoSink()),
        quarantine: JSONLinesWriter(sink: NoSink()))
      do {
        try scenes.read(try TextFile(bytes: bytes, path: "a"), of: source, as: format, into: run)
        #expect(run.report.addsUp, "\(kind) \(round)")
        #expect(run.report.conversations >= run.report.imported, "\(kind) \(round)")
        imported += run.report.imported
      } catch let error as AksharaError {
        #expect(error.code == .malformed && error.location != nil, "\(kind) \(round): \(error)")
      }
    }
    // Most changes of an XML document make it none.
    #expect(imported > Self.rounds / (kind == .fdx ? 25 : 4), "\(imported) were readable")
  }

  /// Long lines and many marks without their ends take time that grows with their length alone.
  @Test(arguments: [
    "[[", "[[a]]", "/*", "/*a*/", "(", "A: ", "*", "**a", "_a", "INT. A 1 1\n", "A\n", "A\nb\n",
    "#### A\n",
    "<!--", "<v A>", "{\\", "&amp;", "00:00:01,000 --> 00:00:02,000\nA: x\n", "-->\n", "=\n",
    "@A\n", "1 ",
    "### SCENE 1\nA: x\n", "---\nA: x\n", "\u{0C}1\nT\n", "\r", " ",
  ])
  func timeGrowsWithTheLengthAlone(piece: String) throws {
    func seconds(_ bytes: Int, _ format: any SceneFormat) throws -> Double {
      let text = Array(String(repeating: piece, count: bytes / piece.utf8.count).utf8)
      let start = Self.threadSeconds
      let file = try format.scenes(of: try TextFile(bytes: text, path: "a"))
      #expect(file.scenes.count + file.faults.count <= text.count)
      return Self.threadSeconds - start
    }
    for (kind, _) in Self.samples where kind != .fdx {
      let format = try #require(SceneImport.format(of: kind, ColumnNames(map: [:])))
      let (short, long) = (try seconds(2_000, format), try seconds(32_000, format))
      // Sixteen times the text: 16 times the time if it is linear, 256 times if it is quadratic.
      #expect(long < 64 * max(short, 0.002), "\(kind): \(short) s, \(long) s")
    }
  }

  private static var threadSeconds: Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
