// One harness of importers under libFuzzer: see `tools/fuzz/harnesses.tsv`, and `tools/fuzz/run` which builds and starts it.
//
// An error that says what is wrong with a file is fine; a crash, a trap, a hang, counts that do not add up, or
// a fast way that gives anything else than its slow twin are not.
private let harness = ImportHarness()

/// One input of the fuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  harness.test(UnsafeBufferPointer(start: data, count: size))
  return 0
}

/// What SwiftPM calls instead of a main function.
@_cdecl("ImportFuzzer_main")
public func fuzzerMain(
  _ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  fuzz(count, values) { testOneInput($0, $1) }
}

/// Ends the fuzzer where something that must hold does not.
func claim(_ holds: Bool, _ message: @autoclosure () -> String) {
  if !holds { fatalError(message()) }
}
