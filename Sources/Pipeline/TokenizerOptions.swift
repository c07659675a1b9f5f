package import Artifacts
package import Tokenization

/// Which tokenizer a run uses: a file, the base model's own, or one trained on the run's text.
package struct TokenizerOptions: Sendable, Equatable {
  /// A tokenizer file; `nil` for the base model's own (`path`).
  package var path: String?
  /// What to train; `nil` to train none (`train`).
  package var training: BPETrainerOptions?
  /// The token that begins a sequence (`bos_token`); `nil`: what stands beside the file that is
  /// taken. Likewise the token that ends one (`eos_token`) and the filler (`pad_token`).
  package var bosToken: String?
  /// The token that ends a sequence.
  package var eosToken: String?
  /// The filler of batches.
  package var padToken: String?

  /// Reads the recipe's `tokenizer` table.
  ///
  /// - Throws: `invalidOption`, with the line.
  package init(reading reader: inout OptionReader) throws {
    path = try reader.string("path")
    if let node = reader.node("train") {
      var table = try OptionReader(node, section: "tokenizer.train")
      training = try BPETrainerOptions(reading: &table)
      if path != nil {
        throw AksharaError(
          .invalidOption, "`tokenizer` has both `path` and `train`", at: node.location,
          remedy: "keep one of them")
      }
    }
    bosToken = try reader.string("bos_token")
    eosToken = try reader.string("eos_token")
    padToken = try reader.string("pad_token")
    try reader.finish()
  }

  /// All resolved values.
  package var json: JSONValue {
    func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
    return [
      "path": text(path), "train": training?.json ?? .null, "bos_token": text(bosToken),
      "eos_token": text(eosToken), "pad_token": text(padToken),
    ]
  }
}
