import Artifacts
import Foundation

@testable import Conversations

/// What is fuzzed: a line of `harnesses.tsv`, given as `AKSHARA_FUZZ=kind,suffix,how`.
///
/// The input becomes a file in `AKSHARA_FUZZ_FOLDER` with the suffix that the kind has. Scenes are read with every speaker as
/// assistant and all tasks. With `AKSHARA_FUZZ_SOUND` inputs are sound files, of which something must be
/// imported: before it fuzzes, `tools/fuzz/all` gives the harness its own seeds so.
struct ImportHarness {
  private let options: ImportOptions
  /// Whether files are only looked at.
  private let inspects: Bool
  private let isSound: Bool
  private let path: String
  /// The names of an office file's parts; `nil` where the input is the file.
  private let parts: [String]?

  init() {
    let environment = ProcessInfo.processInfo.environment
    let words = environment["AKSHARA_FUZZ"]?.split(separator: ",") ?? []
    guard words.count == 3, let folder = environment["AKSHARA_FUZZ_FOLDER"],
      let kind = ImportKind(rawValue: String(words[0]))
    else {
      fatalError("AKSHARA_FUZZ must be kind,suffix,how as in tools/fuzz/harnesses.tsv")
    }
    path = "\(folder)/input-\(getpid())\(words[1])"
    inspects = words[2] == "inspect"
    isSound = environment["AKSHARA_FUZZ_SOUND"] != nil
    parts = words[2] == "parts" ? Self.parts[String(words[1])] : nil
    var options = ImportOptions(kind: kind, paths: [path])
    options.maxBadRows = nil
    options.assistant = ["*"]
    // Where nobody speaks, tasks are refused.
    if SceneImport.format(of: kind, ColumnNames(map: [:])) != nil {
      options.tasks = SceneTask.allCases
      options.contextTurns = 2
      options.contextTokens = 400
    }
    if words[2] == "encoding" { options.encoding = try? ImportOptions.encoding("auto") }
    self.options = options
  }

  /// Tests one input.
  func test(_ input: UnsafeBufferPointer<UInt8>) {
    write(input)
    guard !inspects else {
      if case .failure(let error) = attempt({ _ = try Inspector(options).inspect() }) {
        claim(!isSound, "a sound file is refused: \(error)")
      }
      return
    }
    let fast = attempt { try ImportOutcome(options, plainly: false) }
    let slow = attempt { try ImportOutcome(options, plainly: true) }
    switch (fast, slow) {
    case (.success(let fast), .success(let slow)):
      claim(fast.report == slow.report, "counts: \(fast.report.summary), slow \(slow.report.summary)")
      claim(fast == slow, "the fast way writes other rows than the slow one")
      claim(fast.report.addsUp, "the counts do not add up: \(fast.report.summary)")
      claim(
        !isSound || fast.report.imported > 0,
        "nothing of a sound file is imported: \(fast.report.summary)")
    case (.failure(let error), .failure(let other)):
      claim(error.code == other.code, "fast: \(error); slow: \(other)")
      claim(!isSound, "a sound file is refused: \(error)")
    case (.failure(let error), .success): fatalError("only the fast way fails: \(error)")
    case (.success, .failure(let error)): fatalError("only the slow way fails: \(error)")
    }
  }

  private func attempt<Value>(_ body: () throws -> Value) -> Result<Value, AksharaError> {
    do { return .success(try body()) } catch let error as AksharaError {
      return .failure(error)
    } catch {
      fatalError("an error without a remedy: \(error)")
    }
  }

  /// Makes the input a file.
  private func write(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard let parts else { return save(Array(bytes)) }
    let pieces = bytes.split(separator: 0, omittingEmptySubsequences: false)
    save(StoredZip.bytes(zip(parts, pieces).map { ($0, Array($1)) }))
  }

  private func save(_ bytes: [UInt8]) {
    guard let file = fopen(path, "w") else { fatalError("cannot write \(path)") }
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  /// The parts of office files in the order in which the input has them.
  private static let parts: [String: [String]] = [
    ".docx": ["word/document.xml", "word/styles.xml"],
    ".odt": ["content.xml"], ".ods": ["content.xml"],
    ".xlsx": [
      "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/workbook.xml",
      "xl/_rels/workbook.xml.rels", "xl/styles.xml",
    ],
  ]
}
