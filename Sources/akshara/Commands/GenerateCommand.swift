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
        akshara generate --model MODEL --adapter tutor=runs/tutor/adapter \\
          --adapter poet=runs/poet/adapter --prompts rows.jsonl
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

  @Option(
    help: """
      A JSON Lines file with "prompt" or "messages" in each row, and "adapter": a name, or null for \
      the base. Prints a line of JSON for each.
      """)
  var prompts: String?

  @OptionGroup var adapters: AdapterArguments

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

  @Flag(
    help: """
      Print {"stop_reason", "prompt_ids", "ids", "text"} on one line, with "adapter" before them where \
      adapters have names.
      """)
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
    guard [prompt, messages, prompts].compactMap({ $0 }).count == 1 else {
      throw ValidationError("give one of --prompt, --messages and --prompts")
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
    let set = try AdapterSet(
      adapters.folders(), over: folder, quantization: storage.quantization, on: backend)
    let answerer = AdapterAnswerer(set, on: backend) { name in
      try PromptAnswerer(
        folder.configuration, tokenizer: tokenizer, framing: framing(tokenizer, adapter: name))
    }
    let options = GenerationOptions(
      maximumTokens: maxTokens, temperature: temperature, topProbability: topP, topCount: topK,
      seed: seed)
    try answerer.answer(requests(), options, stops: stop, onAnswer: show)
  }

  private func requests() throws -> [AnswerRequest] {
    if let prompts {
      return try AnswerRequest.read(prompts, answering: adapters.answering)
    }
    let content: AnswerRequest.Content
    if let messages {
      let location = SourceLocation(file: messages)
      let json = try JSONValue(parsing: TextFile(messages).bytes, at: location)
      content = .conversation(try AnswerRequest.conversation(json, at: location))
    } else {
      content = .text(prompt ?? "")
    }
    return adapters.answering.map { AnswerRequest(content, adapter: $0) }
  }

  private func show(_ request: AnswerRequest, _ answer: Answer) throws {
    let name = request.adapter
    var line = Array(answer.text.utf8)
    if json || prompts != nil {
      let own = answer.json.object ?? [:]
      let first: JSONObject =
        adapters.isNamed ? ["adapter": name.map { .string($0) } ?? .null] : [:]
      let pairs = (first.pairs + own.pairs).map { ($0.key, $0.value) }
      line = JSONValue.object(JSONObject(pairs)).compact
    } else if adapters.answering.count > 1 {
      line = Array("\(name ?? "base"): ".utf8) + line
    }
    try StandardOutput.write(line + [UInt8(ascii: "\n")])
  }

  /// Prompts are framed as the adapter's training rows were, if its folder says how.
  private func framing(
    _ tokenizer: BPETokenizer, adapter name: String?
  ) throws -> PromptAnswerer.Framing {
    if raw { return .raw }
    if let template {
      return .chat(try TemplateCatalog.template(named: template, for: tokenizer))
    }
    let folders = [adapters.path(of: name), model].compactMap { $0 }
    return .chat(try ChatTemplateFinder.template(in: folders, for: tokenizer))
  }
}
