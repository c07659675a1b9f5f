internal import Artifacts

/// Brings calls of tools into OpenAI's shape:
/// `{"id": …, "type": "function", "function": {"name": …, "arguments": …}}`.
///
/// Sources: OpenAI's API reference, "Chat"; LLaMA-Factory, `data/README.md` (`function_call`).
enum ToolCall {
  /// A call with its name and arguments in a `function`; one that has that already, or has no name,
  /// stays as it is.
  static func framed(_ call: JSONValue) -> JSONValue {
    guard let object = call.object, object["function"] == nil, let name = object["name"],
      name.string != nil
    else { return call }
    var framed = JSONObject()
    framed["id"] = object["id"]
    framed["type"] = "function"
    var function: JSONObject = ["name": name]
    function["arguments"] = object["arguments"] ?? object["parameters"]
    framed["function"] = .object(function)
    return .object(framed)
  }

  /// The calls that a text holds as JSON: one, or a list.
  ///
  /// - Throws: `RowFault` if it holds none.
  static func list(in content: Content, _ subject: String) throws -> [JSONValue] {
    let json = content.text.flatMap { try? JSONValue(parsing: $0) }
    let calls = json?.array ?? json.map { [$0] } ?? []
    guard !calls.isEmpty, calls.allSatisfy({ $0["name"]?.string != nil }) else {
      throw RowFault(
        .invalidValue, "\(subject) calls a function, but does not say which as JSON",
        remedy: "write {\"name\": …, \"arguments\": …}, or a list of these")
    }
    return calls.map(framed)
  }
}
