// One importer under libFuzzer: `tools/fuzz/run KIND SECONDS`.
//
// The input becomes a file in memory with the suffix that the kind has; the importer reads it with every
// speaker as assistant and all tasks, into nothing. An error that says what is wrong is fine; a crash, a
// trap, a hang, or counts that do not add up are not.
import Artifacts
import Conversations
import Foundation

/// Takes bytes and keeps nothing.
final class NoSink: ByteSink {
  func write(_ bytes: UnsafeRawBufferPointer) throws {}
  func commit() throws -> Digest { Digest(of: []) }
}

private let kind: ImportKind = {
  let name = ProcessInfo.processInfo.environment["AKSHARA_FUZZ_KIND"] ?? ""
  guard let kind = ImportKind(rawValue: name) else {
    fatalError(
      "AKSHARA_FUZZ_KIND is \"\(name)\"; use one of \(ImportKind.allCases.map(\.rawValue))")
  }
  return kind
}()

private let suffix: String =
  ProcessInfo.processInfo.environment["AKSHARA_FUZZ_SUFFIX"]
  ?? [
    .fountain: ".fountain", .fdx: ".fdx", .script: ".txt", .sceneMarkdown: ".md",
    .snippets: ".md", .dialogue: ".txt", .dialogueTable: ".csv", .srt: ".srt", .webvtt: ".vtt",
    .text: ".txt", .auto: ".txt",
  ][kind] ?? ".jsonl"

private let path = "/dev/shm/akshara-fuzz-\(getpid())\(suffix)"

/// One input of the fuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard let file = fopen(path, "w") else { fatalError("cannot write \(path)") }
  fwrite(data, 1, size, file)
  fclose(file)
  var options = ImportOptions(kind: kind, paths: [path])
  options.maxBadRows = nil
  options.assistant = ["*"]
  options.tasks = SceneTask.allCases
  options.contextTurns = 2
  options.contextTokens = 400
  do {
    let report = try Importer(options).run(
      into: ConversationWriter(sink: NoSink()), quarantine: JSONLinesWriter(sink: NoSink()))
    guard report.addsUp else { fatalError("the counts do not add up: \(report.summary)") }
  } catch is AksharaError {
  } catch {
    fatalError("an error without a remedy: \(error)")
  }
  return 0
}

/// libFuzzer's own main function, by the name that its library has for it.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// SwiftPM links the main function of an executable under this name, so that libFuzzer's is not taken.
@_cdecl("ImportFuzzer_main")
public func fuzzerMain(
  _ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  var (count, values) = (count, values)
  return runDriver(&count, &values) { testOneInput($0, $1) }
}
