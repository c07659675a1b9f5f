/// What a tokenizer's file says of its BPE model: the part that takes long to read.
struct BPEModelParts: Sendable {
  /// The tokens that text becomes.
  var vocabulary: Vocabulary
  /// The merges in the order of the file.
  var merges: [Merge]
  /// The rules of a vocabulary that spells text; `nil` for one of bytes.
  var characters: CharacterRules?
}
