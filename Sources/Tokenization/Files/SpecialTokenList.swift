import Artifacts

/// The special tokens of a rank file, which names none itself.
public enum SpecialTokenList {
  /// Reads a list of special tokens.
  ///
  /// - Parameter text: the name of a known list, or `name=id` pairs separated by commas, or the path
  ///   of a JSON file, `{"<|endoftext|>": 50256}`.
  /// - Throws: `invalidOption`; for a file `missingFile`, `unreadable`, `malformed`.
  public static func tokens(_ text: String) throws -> [AddedToken] {
    if let known = known[text] { return known() }
    if text.hasSuffix(".json") { return try tokens(inFile: text) }
    return try text.split(separator: ",").map { pair in
      // The last sign, because the name may have one.
      guard let sign = pair.lastIndex(of: "="), sign > pair.startIndex,
        let id = TokenID(pair[pair.index(after: sign)...]), id >= 0
      else {
        throw AksharaError(
          .invalidOption, "`\(pair)` names no special tokens",
          remedy: "give one of \(known.keys.sorted().joined(separator: ", ")), or `name=id` pairs "
            + "separated by commas, or a JSON file `{\"name\": id}`")
      }
      return AddedToken(id: id, text: String(pair[..<sign]))
    }
  }

  private static func tokens(inFile path: String) throws -> [AddedToken] {
    let location = SourceLocation(file: path)
    let bytes = try TextFile(path, maximumSize: BPETokenizer.largestFile).bytes
    let section = try TokenizerJSONSection(
      JSONValue(parsing: bytes, at: location), name: "", location: location)
    return try section.object.keys.map {
      AddedToken(
        id: TokenID(try section.integer($0, in: 0...Vocabulary.largestID)), text: $0)
    }.sorted { $0.id < $1.id }
  }

  /// Known lists by name.
  private static let known: [String: @Sendable () -> [AddedToken]] = [
    // openai_public.py of tiktoken 0.14.
    "gpt2": { numbered(["<|endoftext|>"], from: 50256) },
    "cl100k": {
      numbered(
        ["<|endoftext|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>"], from: 100_257)
        + numbered(["<|endofprompt|>"], from: 100_276)
    },
    "o200k": {
      numbered(["<|endoftext|>"], from: 199_999) + numbered(["<|endofprompt|>"], from: 200_018)
    },
    // llama_models/llama3/tokenizer.py.
    "llama3": { numbered(llama3, from: 128_000) },
    // qwen.tiktoken's tokenizer: Qwen/tokenization_qwen.py.
    "qwen": {
      numbered(
        ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] + (0..<205).map { "<|extra_\($0)|>" },
        from: 151_643)
    },
  ]

  private static let llama3: [String] = {
    let named = [
      "<|begin_of_text|>", "<|end_of_text|>", "<|reserved_special_token_0|>",
      "<|reserved_special_token_1|>", "<|finetune_right_pad_id|>", "<|step_id|>",
      "<|start_header_id|>", "<|end_header_id|>", "<|eom_id|>", "<|eot_id|>", "<|python_tag|>",
    ]
    return named + (2..<247).map { "<|reserved_special_token_\($0)|>" }
  }()

  private static func numbered(_ texts: [String], from first: TokenID) -> [AddedToken] {
    texts.enumerated().map { AddedToken(id: first + TokenID($0), text: $1) }
  }
}
