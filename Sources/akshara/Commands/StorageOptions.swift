import ArgumentParser
import Modeling

/// `--load-in-4bit` and `--load-in-8bit`: how the linear layers are kept in memory.
struct StorageOptions: ParsableArguments {
  @Flag(
    name: .customLong("load-in-4bit"),
    help: "Store the linear layers in NF4 with double quantization, as QLoRA trains over them.")
  var loadIn4bit = false

  @Flag(
    name: .customLong("load-in-8bit"),
    help: "Store the linear layers in bytes with one scale a row, as bitsandbytes does.")
  var loadIn8bit = false

  func validate() throws {
    guard !(loadIn4bit && loadIn8bit) else {
      throw ValidationError("--load-in-4bit and --load-in-8bit exclude each other")
    }
  }

  /// What was asked for; `nil`: the weights as they are stored.
  var quantization: QuantizationOptions? {
    if loadIn8bit { return .eightBit }
    return loadIn4bit ? QuantizationOptions() : nil
  }
}
