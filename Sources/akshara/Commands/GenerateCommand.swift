import ArgumentParser
import Artifacts
import Batching
import ComputeCPU
import Conversations
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

      Examples:
        akshara generate --model runs/base/model --adapter runs/quickstart/adapter \\
          --prompt "ನಿನ್ನ ಹೆಸರೇನು?" --temperature 0.7 --top-p 0.9 --top-k 40
        akshara generate --model MODEL --messages talk.json --stop "###" --json
      """)

  @Option(
    help: "The model: config.json, safetensors and its tokenizer, tokenizer.json or another file.")
  var model: String

  @Option(help: "What the model is asked.")
  var prompt: String?

  @Option(
    help: """
      A JSON file with the messages before the answer: {"messages": [{"role": "user", \
      "content": "…"}, …]}, or that list alone.
      """)
  var messages: String?

  @Option(help: "An adapter in PEFT's layout.")
  var adapter: String?

  @Flag(help: "Take the prompt as it is, with no chat template.")
  var raw = false

  @Option(
    help: """
      The chat template: \(TemplateCatalog.names.joined(separator: ", ")); or FILE.jinja, a \
      tokenizer_config.json or a FOLDER/ with one. Default: the one beside the model.
      """)
  var template: String?

  @Option(help: "0 takes the likeliest token; above 0, tokens are drawn.")
  var temperature = 0.0

  @Option(help: "Draw from the likeliest tokens whose probabilities reach this sum.")
  var topP = 1.0

  @Option(help: "Draw from so many of the likeliest tokens; 0: from all.")
  var topK = 0

  @Option(help: "Stop at this text, which is not printed; may be repeated.")
  var stop: [String] = []

  @Option(help: "The most tokens of the answer.")
  var maxTokens = 256

  @Option(help: "The seed of the draws.")
  var seed: UInt64 = 0

  @Flag(help: #"Print {"stop_reason", "prompt_ids", "ids", "text"} on one line."#)
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
    guard topK >= 0 else {
      throw ValidationError("--top-k is \(topK); give 0 or more")
    }
    guard (prompt == nil) != (messages == nil) else {
      throw ValidationError("give one of --prompt and --messages")
    }
    guard !(raw && messages != nil) else {
      throw ValidationError("--raw and --messages exclude each other")
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
    let ids = try promptIDs(answerer)
    let generator = try TextGenerator(weights, positions: ids.count + maxTokens, on: backend)
    let options = GenerationOptions(
      maximumTokens: maxTokens, temperature: temperature, topProbability: topP, topCount: topK,
      seed: seed)
    let answer = try answerer.answer(to: ids, by: generator, options, stops: stop)
    try StandardOutput.write(
      (json ? answer.json.compact : Array(answer.text.utf8)) + [UInt8(ascii: "\n")])
  }

  private func promptIDs(_ answerer: PromptAnswerer) throws -> [TokenID] {
    guard let messages else { return try answerer.tokens(of: prompt ?? "") }
    let location = SourceLocation(file: messages)
    let json = try JSONValue(parsing: TextFile(messages).bytes, at: location)
    var record: JSONObject = json.array.map { ["messages": .array($0)] } ?? json.object ?? [:]
    if record["id"] == nil { record["id"] = "prompt" }
    return try answerer.tokens(of: Conversation(json: .object(record), at: location))
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
