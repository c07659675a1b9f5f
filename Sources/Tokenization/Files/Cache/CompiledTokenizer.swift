import Artifacts

/// What a tokenizer's file says, read and checked: what a cache keeps of it.
struct CompiledTokenizer: Sendable {
  /// The kind of the file; only these two are slow to read and common enough to be kept.
  enum Kind: UInt32, Sendable {
    case tokenizerJSON = 1
    case ranks = 2
  }

  var kind: Kind
  var model: BPEModelParts
  /// The `tokenizer.json` without `model.vocab` and `model.merges`; `nil` for a rank file.
  var document: JSONValue?

  /// What to keep of a `tokenizer.json`.
  static func tokenizerJSON(_ document: JSONValue, _ definition: BPEDefinition) -> Self? {
    guard var root = document.object, var model = root["model"]?.object else { return nil }
    model["vocab"] = nil
    model["merges"] = nil
    // Files of the first versions name no type and are known by their merges.
    model["type"] = "BPE"
    root["model"] = .object(model)
    return Self(kind: .tokenizerJSON, model: definition.parts, document: .object(root))
  }

  /// What to keep of a rank file: not the pattern and the special tokens, which it does not hold.
  static func ranks(_ definition: BPEDefinition) -> Self {
    Self(kind: .ranks, model: definition.parts, document: nil)
  }
}

extension BPEDefinition {
  /// The tokens and the merges.
  fileprivate var parts: BPEModelParts {
    BPEModelParts(vocabulary: vocabulary, merges: merges, characters: characters)
  }
}
