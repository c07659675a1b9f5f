internal import Artifacts

/// The tokens that a tokenizer's folder names for a part in every sequence: what `bos_token`,
/// `eos_token` and `pad_token` are in `tokenizer_config.json` or `special_tokens_map.json`.
public struct ModelTokens: Sendable, Equatable {
  /// What opens a sequence.
  public var begin: String?
  /// What ends one.
  public var end: String?
  /// What fills a batch up.
  public var padding: String?

  /// None is known.
  public init() {}

  /// The largest file that is read.
  private static let largestFile = 64 << 20

  /// Those that stand beside a tokenizer's file; none where no file names them.
  ///
  /// - Throws: `malformed` for a file that is no JSON document.
  public init(beside tokenizer: String) throws {
    for name in ["special_tokens_map.json", "tokenizer_config.json"] {
      let path = Path.join(Path.folder(of: tokenizer), name)
      guard Path.exists(path) else { continue }
      let file = try MappedFile(path)
      guard file.bytes.count <= Self.largestFile else { continue }
      let json = try JSONValue(configuration: Array(file.bytes), at: SourceLocation(file: path))
      begin = Self.text(json["bos_token"]) ?? begin
      end = Self.text(json["eos_token"]) ?? end
      padding = Self.text(json["pad_token"]) ?? padding
    }
  }

  /// A token is a text, or an object that holds it.
  private static func text(_ value: JSONValue?) -> String? {
    value?.string ?? value?["content"]?.string
  }
}
