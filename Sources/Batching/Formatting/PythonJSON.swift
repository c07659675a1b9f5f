internal import Artifacts
internal import Jinja

/// JSON as Python's `json.dumps(value, ensure_ascii=False)` writes it, which is what `tojson` is in
/// transformers' chat templates: a space behind `,` and `:`, keys in their order, only `"`, `\`, and
/// control characters escaped.
enum PythonJSON {
  /// A value on one line, or with `indent` on several.
  ///
  /// - Throws: `unsupported` for a value that nests too deep for the filter `tojson`.
  static func text(_ value: JSONValue, indent: Int? = nil) throws -> String {
    do {
      return try Value(value, origin: .computed).json(indent: indent).string
    } catch let error as JinjaError {
      throw AksharaError(
        .unsupported, error.message, remedy: "make the tools and the arguments of calls flatter")
    }
  }
}
