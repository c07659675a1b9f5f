/// libFuzzer's own main function, by the name that its library has for it.
@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
  _ argumentCount: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt

/// Fuzzes `test` as the command line says, and returns the exit status.
///
/// SwiftPM links the main function of an executable as `NAME_main`, so that libFuzzer's is not taken:
/// each fuzzer has one that calls this.
func fuzz(
  _ count: CInt, _ values: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?,
  _ test: @convention(c) (UnsafePointer<UInt8>, Int) -> CInt
) -> CInt {
  var (count, values) = (count, values)
  return runDriver(&count, &values, test)
}
