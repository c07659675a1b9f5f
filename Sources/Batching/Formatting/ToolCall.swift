internal import Artifacts
internal import Conversations

/// A call of a tool, as a message names it: in OpenAI's form, or its function alone.
///
///     {"id": "…", "type": "function", "function": {"name": "weather", "arguments": {"city": "ಮೈಸೂರು"}}}
///     {"name": "weather", "arguments": {"city": "ಮೈಸೂರು"}}
struct ToolCall {
  /// The tool's name.
  let name: String
  /// The arguments as JSON text: an object as Python writes it, a string as it stands, because OpenAI's
  /// form gives arguments as JSON text already.
  let arguments: String
  /// The call's name, which results refer to.
  let id: String?

  /// `nil` if the value names no tool, or has arguments that are neither an object nor text.
  ///
  /// - Throws: as `PythonJSON.text`.
  init?(_ json: JSONValue) throws {
    let function = json["function"] ?? json
    guard let name = function["name"]?.string else { return nil }
    switch function["arguments"] {
    case .string(let text)?: arguments = text
    case .object(let object)?: arguments = try PythonJSON.text(.object(object))
    case nil, .null?: arguments = "{}"
    default: return nil
    }
    self.name = name
    id = json["id"]?.string
  }

  /// `arguments` of `call`, in Jinja; the same as above.
  static let argumentsInJinja =
    "(call.arguments if call.arguments is string else (call.arguments or {}) | tojson)"
}

extension SegmentWriter {
  /// The calls of a message.
  ///
  /// - Throws: `unsupported` if one of them names no tool.
  func toolCalls(of index: Int) throws -> [ToolCall] {
    try calls(of: index).map { json in
      guard let call = try ToolCall(json) else {
        throw refusal(
          of: index, "has a tool call without a name or with odd arguments",
          remedy: "give {\"function\": {\"name\": …, \"arguments\": {…}}}")
      }
      return call
    }
  }
}
