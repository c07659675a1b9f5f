import Artifacts
import Conversations
import Foundation

/// What is fuzzed: a line of `harnesses.tsv`, given as `AKSHARA_FUZZ=kind,suffix,how`. Inputs become files in
/// `AKSHARA_FUZZ_FOLDER`.
struct Harness {
  let options: ImportOptions
  /// Whether files are only looked at.
  let inspects: Bool
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
    parts = words[2] == "parts" ? Self.parts[String(words[1])] : nil
    var options = ImportOptions(kind: kind, paths: [path])
    options.maxBadRows = nil
    options.assistant = ["*"]
    options.tasks = SceneTask.allCases
    options.contextTurns = 2
    options.contextTokens = 400
    if words[2] == "encoding" { options.encoding = try? ImportOptions.encoding("auto") }
    self.options = options
  }

  /// Makes the input a file.
  func write(_ bytes: UnsafeBufferPointer<UInt8>) {
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
