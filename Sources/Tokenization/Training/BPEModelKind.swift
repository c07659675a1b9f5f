/// What the tokens of a trained tokenizer are made of.
public enum BPEModelKind: String, Sendable, Equatable, CaseIterable {
  /// Bytes, as in GPT-2, Llama 3 and Qwen.
  case byteLevel = "byte-level"
  /// Characters, with `▁` for a space; a character without a token becomes the tokens of its bytes.
  /// As in Llama 2 and Mistral, whose models come from SentencePiece.
  case sentencePiece = "sentencepiece"

  /// How documents are cut into the words that are counted.
  func cutting(_ pattern: SplitPattern) -> WordCutting {
    switch self {
    case .byteLevel: .pretokens(Pretokenizer(pattern))
    case .sentencePiece: .spaces
    }
  }
}
