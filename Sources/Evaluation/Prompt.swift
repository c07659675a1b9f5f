internal import Artifacts

/// A prompt whose answers by two models are set side by side.
public struct Prompt: Sendable, Equatable {
  /// What is asked.
  public var text: String
  /// A BCP 47 tag; `und` if not given.
  public var language: String

  /// A prompt.
  public init(text: String, language: String) {
    self.text = text
    self.language = language
  }

  /// Reads a JSON Lines file of prompts.
  ///
  /// - Throws: `missingFile`, or `malformed` with the line that is not `{"prompt": …}`.
  public static func read(_ path: String) throws -> [Prompt] {
    let reader = try JSONLinesReader(path)
    var prompts: [Prompt] = []
    while let line = try reader.next() {
      let location = SourceLocation(file: path, line: line.number)
      let json = try reader.value(of: line)
      guard let text = json["prompt"]?.string, !text.isEmpty else {
        throw AksharaError(
          .malformed, "this line has no `prompt`", at: location,
          remedy: #"write {"prompt": "…", "language": "kn"}"#)
      }
      prompts.append(Prompt(text: text, language: json["language"]?.string ?? "und"))
    }
    return prompts
  }
}
