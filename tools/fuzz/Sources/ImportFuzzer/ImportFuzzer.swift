// One harness under libFuzzer: see `tools/fuzz/harnesses.tsv`, and `tools/fuzz/run` which builds and starts it.
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

private let harness = Harness()

/// One input of the fuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  harness.write(UnsafeBufferPointer(start: data, count: size))
  do {
    if harness.inspects {
      _ = try Inspector(harness.options).inspect()
    } else {
      let report = try Importer(harness.options).run(
        into: ConversationWriter(sink: NoSink()), quarantine: JSONLinesWriter(sink: NoSink()))
      guard report.addsUp else { fatalError("the counts do not add up: \(report.summary)") }
    }
  } catch is AksharaError {
  } catch {
    fatalError("an error without a remedy: \(error)")
  }
  return 0
}

/// What SwiftPM calls instead of a main function.
@_cdecl("ImportFuzzer_main")
public func fuzzerMain(
  _ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  fuzz(count, values) { testOneInput($0, $1) }
}
