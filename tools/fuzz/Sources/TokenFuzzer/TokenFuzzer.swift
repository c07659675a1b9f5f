// One harness of tokenization under libFuzzer: see `tools/fuzz/harnesses.tsv`, and `tools/fuzz/run` which builds and starts it.
//
// A fast path that gives other tokens than its slow twin, than itself with other instructions, or than text that it came from is a
// finding, like any crash. An error that says what is wrong with a file is fine.
private let harness = TokenHarness()

/// One input of the fuzzer.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ data: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  harness.test(UnsafeBufferPointer(start: data, count: size))
  return 0
}

/// What SwiftPM calls instead of a main function.
@_cdecl("TokenFuzzer_main")
public func fuzzerMain(
  _ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
) -> CInt {
  fuzz(count, values) { testOneInput($0, $1) }
}

/// Ends the fuzzer where something that must hold does not.
func claim(_ holds: Bool, _ message: @autoclosure () -> String) {
  if !holds { fatalError(message()) }
}
