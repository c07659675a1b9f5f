import ArgumentParser
import Artifacts
import Batching
import ComputeCPU
import Evaluation
import Modeling
import Tokenization

/// `akshara generate`.
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate",
    abstract: "Lets a model continue a prompt.",
    discussion: """
      The prompt is put into the chat template that stands beside the model (in \
      tokenizer_config.json); with --raw it is taken as it is, behind the token that begins a text, \
      if the tokenizer's file puts one there. The same seed gives the same text.
      """)

  @Option(
    help: "The model: config.json, safetensors and its tokenizer, tokenizer.json or another file.")
  var model: String

  @Option(help: "What the model is asked.")
  var prompt: String

  @Option(help: "An adapter in PEFT's layout.")
  var adapter: String?

  @Flag(help: "Take the prompt as it is, with no chat template.")
  var raw = false

  @Option(
    help: "The chat template: \(TemplateCatalog.names.joined(separator: ", ")).")
  var template: String?

  @Option(help: "0 takes the likeliest token; above 0, tokens are drawn.")
  var temperature = 0.0

  @Option(help: "Draw from the likeliest tokens whose probabilities reach this sum.")
  var topP = 1.0

  @Option(help: "The most tokens of the answer.")
  var maxTokens = 256

  @Option(help: "The seed of the draws.")
  var seed: UInt64 = 0

  @Flag(help: #"Print {"prompt_ids", "ids", "text"} on one line."#)
  var json = false

  @OptionGroup var storage: StorageOptions
  @OptionGroup var threading: ThreadOptions

  func validate() throws {
    guard temperature >= 0, temperature.isFinite else {
      throw ValidationError("--temperature is \(temperature); give 0 or more")
    }
    guard topP > 0, topP <= 1 else {
      throw ValidationError("--top-p is \(topP); give a value above 0, at most 1")
    }
    guard maxTokens > 0 else {
      throw ValidationError("--max-tokens is \(maxTokens); give 1 or more")
    }
    guard !(raw && template != nil) else {
      throw ValidationError("--raw and --template exclude each other")
    }
  }

  func run() throws {
    let backend = try CPUBackend(threads: threading.threads)
    let folder = try ModelFolder(model)
    let tokenizer = try BPETokenizer(contentsOf: model)
    let answerer = try PromptAnswerer(
      folder.configuration, tokenizer: tokenizer, framing: framing(tokenizer))
    let weights = try DecoderWeights.load(
      model: folder, adapter: adapter.map(AdapterFolder.init),
      quantization: storage.quantization, on: backend)
    let generator = try TextGenerator(
      weights, positions: try answerer.tokens(of: prompt).count + maxTokens, on: backend)
    let options = GenerationOptions(
      maximumTokens: maxTokens, temperature: temperature, topProbability: topP, seed: seed)
    let answer = try answerer.answer(prompt, by: generator, options)
    try StandardOutput.write(
      (json ? answer.json.compact : Array(answer.text.utf8)) + [UInt8(ascii: "\n")])
  }

  private func framing(_ tokenizer: BPETokenizer) throws -> PromptAnswerer.Framing {
    if raw { return .raw }
    if let template {
      return .chat(try TemplateCatalog.template(named: template, for: tokenizer))
    }
    let folders = [adapter, model].compactMap { $0 }
    return .chat(try ChatTemplateFinder.template(in: folders, for: tokenizer))
  }
}
