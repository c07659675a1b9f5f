import ArgumentParser
import Artifacts
import ComputeCPU
import Modeling

/// `akshara probe`.
struct ProbeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Writes a model's logits, loss and gradients on given token IDs.",
    discussion: """
      For comparing with another implementation, number by number. The batch is a safetensors file \
      with input_ids and, if wanted, attention_mask and labels, int64 [rows, length] or [batches, \
      rows, length], as transformers takes them. Written are logits (of the tokens that are not \
      padding, rows end to end) and loss of the first batch; with --gradients grad.NAME for every \
      trained parameter; with --steps the losses of so many AdamW steps and the parameters behind them.
      """)

  @Option(help: "The model: config.json and safetensors.")
  var model: String

  @Option(help: "An adapter in PEFT's layout.")
  var adapter: String?

  @Option(help: "A JSON file with the keys of a recipe's lora table: a new adapter is made of it.")
  var lora: String?

  @Option(help: "A folder: the adapter is written there, as it is behind the steps.")
  var saveAdapter: String?

  @Option(help: "The safetensors file with input_ids, attention_mask and labels.")
  var batch: String

  @Option(help: "The safetensors file to write.")
  var output: String

  @Option(help: "Whose gradients are made: base or adapter.")
  var gradients: Part?

  @Option(help: "AdamW steps over the batches in turn, without decay and clipping.")
  var steps = 0

  @Option(help: "Their learning rate.")
  var learningRate = 1e-3

  @Option(help: "The seed of dropout masks.")
  var seed: UInt64 = 0

  @OptionGroup var storage: StorageOptions
  @OptionGroup var threading: ThreadOptions

  /// `--gradients`.
  enum Part: String, ExpressibleByArgument, CaseIterable {
    case base, adapter
  }

  func validate() throws {
    guard steps >= 0, steps == 0 || gradients != nil else {
      throw ValidationError("--steps needs --gradients base or adapter")
    }
    guard adapter == nil || lora == nil else {
      throw ValidationError("--adapter and --lora exclude each other")
    }
    guard saveAdapter == nil || adapter != nil || lora != nil else {
      throw ValidationError("--save-adapter needs --adapter or --lora")
    }
  }

  func run() throws {
    let backend = try CPUBackend(threads: threading.threads)
    let folder = try ModelFolder(model)
    let opened = try adapter.map(AdapterFolder.init)
    let made = try lora.map { try Self.options($0).resolved(over: folder) }
    let weights =
      if let made {
        try DecoderWeights.load(
          model: folder, newAdapter: made, seed: seed, quantization: storage.quantization,
          on: backend)
      } else {
        try DecoderWeights.load(
          model: folder, adapter: opened, quantization: storage.quantization,
          storage: gradients == .base ? .float32 : .stored, on: backend)
      }
    let options = ModelProbe.Options(
      gradients: gradients.map { $0 == .base ? .base : .adapter }, steps: steps,
      learningRate: learningRate, seed: seed)
    let probe = ModelProbe(weights, on: backend)
    try probe.write(batches: batch, options, to: output)
    guard let saveAdapter else { return }
    let configuration =
      opened?.configuration
      ?? AdapterConfiguration(made ?? LoRAOptions(), baseName: model, baseRevision: nil)
    try probe.writeAdapter(configuration, to: saveAdapter)
  }

  /// Reads the keys of a `lora` table from a JSON file.
  private static func options(_ path: String) throws -> LoRAOptions {
    let place = SourceLocation(file: path)
    let json = try JSONValue(parsing: TextFile(path).bytes, at: place)
    var reader = try OptionReader(OptionNode(json: json, at: place), section: "lora")
    return try LoRAOptions(reading: &reader)
  }
}
