import ArgumentParser
import Artifacts
import ComputeCPU
import Modeling
import Pipeline
import Transfer

/// `akshara merge`.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge",
    abstract: "Merges an adapter into its base and writes a model that any tool loads.",
    discussion: """
      A QLoRA adapter was trained over the values of the quantized base. With --into auto, the \
      adapter is merged into the base as it is stored and into those values, both are compared \
      with the model that was trained, on held-out rows, and the closer one is written. Tensors \
      pass one at a time; files have at most 5 GB each. Tokenizer, template and passport go along.

      Examples:
        akshara merge runs/quickstart/adapter --output runs/quickstart/merged
        akshara merge ADAPTER --base MODEL --into bf16 --output MERGED
      """)

  @Argument(help: "The folder of the adapter, in PEFT's layout.")
  var adapter: String

  @Option(help: "The folder of the base. Default: the one that the adapter names.")
  var base: String?

  @Option(help: "The folder that is written.")
  var output: String

  @Option(help: "bf16: the base as it is stored; dequantized: its quantized values; auto: measure.")
  var into = "auto"

  @Option(
    help: """
      How the base was stored while training: nf4, int8 or stored. Default: as the adapter's \
      passport says, else stored.
      """)
  var trainedOver: String?

  @Option(help: "The type of the merged weights: bfloat16, float16 or float32. Default: bfloat16.")
  var dtype: String?

  @Option(help: "The shard set whose rows are compared. Default: that of the adapter's run.")
  var shards: String?

  @Option(help: "A text file whose lines are compared instead.")
  var texts: String?

  @Option(help: "The most bytes of a file.")
  var maxShardSize = 5_000_000_000

  @Flag(help: "Print what was done and measured as JSON on standard output.")
  var json = false

  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    guard AdapterMerger.Choice(rawValue: into) != nil else {
      throw ValidationError("--into is \(into); use bf16, dequantized or auto")
    }
    guard trainedOver.map({ ["nf4", "int8", "stored"].contains($0) }) ?? true else {
      throw ValidationError("--trained-over is \(trainedOver ?? ""); use nf4, int8 or stored")
    }
    guard dtype.map({ ["bfloat16", "float16", "float32"].contains($0) }) ?? true else {
      throw ValidationError("--dtype is \(dtype ?? ""); use bfloat16, float16 or float32")
    }
    guard maxShardSize > 0 else {
      throw ValidationError("--max-shard-size is \(maxShardSize); give 1 or more")
    }
    guard !(shards != nil && texts != nil) else {
      throw ValidationError("--shards and --texts exclude each other")
    }
  }

  func run() throws {
    let adapter = try AdapterFolder(adapter)
    let model = try ModelFolder(try BasePlace.folder(base, of: adapter))
    let merger = AdapterMerger(
      adapter, into: model, options, on: try CPUBackend(threads: threading.threads))
    let outcome = try merger.run(to: output)
    StandardError.print("merge: into \(outcome.form.name), since \(outcome.reason)")
    StandardError.print("merge: model in \(output)")
    if json { try StandardOutput.write(outcome.json.compact + [UInt8(ascii: "\n")]) }
  }

  private var options: AdapterMerger.Options {
    var options = AdapterMerger.Options()
    options.choice = AdapterMerger.Choice(rawValue: into) ?? .auto
    switch trainedOver {
    case "nf4": options.trainedOver = QuantizationOptions()
    case "int8": options.trainedOver = .eightBit
    case "stored": options.trainedOver = QuantizationOptions(isFourBit: false)
    default: break
    }
    options.type = dtype.flatMap { .init(rawValue: $0) }
    options.largestFile = maxShardSize
    options.shards = shards
    options.texts = texts
    return options
  }
}

/// Finds the base that an adapter was trained on.
enum BasePlace {
  /// The folder that is given, else the one that the adapter names, if it is here: a path, or a
  /// repository in the hub's cache.
  static func folder(_ given: String?, of adapter: AdapterFolder) throws -> String {
    if let given { return given }
    let name = adapter.configuration.baseName ?? ""
    if Path.exists(Path.join(name, "config.json")) { return name }
    let revision = adapter.configuration.baseRevision.map { "@\($0)" } ?? ""
    if name.split(separator: "/").count == 2,
      let repository = try? HubRepository("hf://\(name)\(revision)"),
      let folder = HubClient(try HubEnvironment()).cachedFolder(repository)
    {
      return folder
    }
    throw AksharaError(
      .missingFile, "the adapter's base `\(name)` is not here",
      at: SourceLocation(file: adapter.path), remedy: "give its folder with --base")
  }
}
