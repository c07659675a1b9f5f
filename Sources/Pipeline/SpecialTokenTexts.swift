internal import Artifacts

/// What `tokenizer_config.json` says of special tokens, beside a tokenizer's file.
struct SpecialTokenTexts: Sendable, Equatable {
  /// The token that begins a sequence.
  var bos: String?
  /// The token that ends one.
  var eos: String?
  /// The filler.
  var pad: String?

  /// Nothing known.
  init() {}

  /// Reads the file beside `tokenizerFile`, if there is one.
  ///
  /// - Throws: `malformed`.
  init(besides tokenizerFile: String) throws {
    let path = Self.path(besides: tokenizerFile)
    guard Path.exists(path) else { return }
    let json = try JSONValue(configuration: TextFile(path).bytes, at: SourceLocation(file: path))
    // transformers writes a token as its text or as an object with `content`.
    func text(_ key: String) -> String? { json[key]?.string ?? json[key]?["content"]?.string }
    (bos, eos, pad) = (text("bos_token"), text("eos_token"), text("pad_token"))
  }

  /// Where that file stands.
  static func path(besides tokenizerFile: String) -> String {
    Path.join(Path.folder(of: tokenizerFile), "tokenizer_config.json")
  }
}
