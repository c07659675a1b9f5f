internal import Artifacts
internal import Batching
internal import Conversations
internal import Tokenization

/// The run's tokenizer: trained on its curated text, or taken from a file or the base model.
///
/// Either way it lies in the run directory with what transformers reads beside it, and with the
/// chat template in which the model is trained.
struct TokenizerStage: StageWork {
  let context: RunContext
  let stage = PipelineStage.tokenizer
  let outputs = [RunContext.Place.tokenizer]

  private var recipe: TokenizerOptions { context.recipe.tokenizer }

  /// The file that is taken, if none is trained; what the recipe names may be its folder.
  private func sourceFile() throws -> String {
    try TokenizerPlace.file(recipe.path ?? context.recipe.baseModel)
  }

  func options() -> JSONValue {
    ["tokenizer": context.recipe.json["tokenizer"] ?? .null, "format": context.recipe.format.json]
  }

  func inputs(_ earlier: [PipelineStage: StageRecord]) throws -> [(String, Digest)] {
    let templates = try context.recipe.format.templateFiles()
    if recipe.training != nil {
      return [("conversations", earlier.digest(of: .curate, below: RunContext.Place.curated))]
        + templates
    }
    let sourceFile = try sourceFile()
    let files =
      [sourceFile] + [SpecialTokenTexts.path(besides: sourceFile)].filter { Path.exists($0) }
    return try files.map { (Path.name(of: $0), try Digest(ofFile: $0)) } + templates
  }

  func perform() throws {
    let folder = try AtomicFolder(context.path(RunContext.Place.tokenizer))
    let tokenizer = try recipe.training.map(train) ?? BPETokenizer(contentsOf: sourceFile())
    try description(of: tokenizer).write(tokenizer, to: folder.workPath)
    try folder.commit()
    context.report("tokenizer: \(tokenizer.vocabularyCount) tokens")
  }

  /// Trains on every message of the training split; held-out text must not shape the vocabulary.
  private func train(_ options: BPETrainerOptions) throws -> BPETokenizer {
    var trainer = try BPETrainer(options)
    let reader = try ConversationReader(
      context.path("\(RunContext.Place.curated)/conversations.jsonl"))
    while let conversation = try reader.next() {
      guard conversation.split ?? .train == .train else { continue }
      for message in conversation.messages {
        guard var text = message.content.text else { continue }
        text.withUTF8 { trainer.consume($0) }
      }
    }
    return try trainer.train()
  }

  /// The control tokens' parts: what the recipe says, else what stands beside the source file, else
  /// the pair that widespread models use.
  private func description(of tokenizer: BPETokenizer) throws -> TokenizerFolder {
    let format = context.recipe.format
    let known = SequenceTokens(of: tokenizer)
    let source = recipe.training == nil ? try SpecialTokenTexts(besides: sourceFile()) : .init()
    let name = format.templates.first ?? "chatml"
    return TokenizerFolder(
      bosToken: recipe.bosToken ?? source.bos ?? known?.begin,
      eosToken: recipe.eosToken ?? source.eos ?? known?.end,
      padToken: recipe.padToken ?? source.pad ?? known?.end,
      chatTemplate: try TemplateCatalog.template(
        named: name, for: tokenizer, sequenceTokens: format.sequenceTokens
      ).jinja)
  }
}
