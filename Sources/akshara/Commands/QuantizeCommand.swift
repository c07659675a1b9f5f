import ArgumentParser
import Artifacts
import ComputeCPU
import Modeling

/// `akshara quantize`.
struct QuantizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantize",
    abstract:
      "Writes a model with quantized linear layers, as transformers and bitsandbytes load it.",
    discussion: """
      One matrix is in memory at a time, so a model of any size can be quantized. Embedding, head \
      and norms keep their bytes. Training over the folder (`method: qlora`) gives the same adapter as \
      quantizing while the model is loaded.
      """)

  @Option(help: "The model: config.json and safetensors.")
  var model: String

  @Option(help: "The folder to write.")
  var output: String

  @Flag(help: "With --load-in-4bit: keep the scales in float32.")
  var singleQuantization = false

  @OptionGroup var storage: StorageOptions
  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    guard storage.quantization != nil else {
      throw ValidationError("give --load-in-4bit or --load-in-8bit")
    }
    guard !(singleQuantization && storage.loadIn8bit) else {
      throw ValidationError("--single-quantization belongs to --load-in-4bit")
    }
  }

  func run() throws {
    let form: StoredQuantization =
      storage.loadIn8bit ? .int8 : .nf4(doubleQuantization: !singleQuantization)
    let folder = try ModelFolder(model)
    let writer = try QuantizedModelWriter(
      folder, as: form, on: CPUBackend(threads: threading.threads))
    let layers = folder.configuration.layerCount
    let bytes = try writer.write(to: output) { layer in
      StandardError.print("layer \(layer) of \(layers)")
    }
    StandardError.print("\(bytes) bytes of tensors: \(output)")
  }
}
