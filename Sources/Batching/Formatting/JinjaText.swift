/// Pieces that the templates' Jinja forms share.
enum JinjaText {
  /// Sets `content` to a message's text: the content itself, or its text parts joined.
  static let content =
    "{%- set content = message['content'] if message['content'] is string"
    + " else message['content'] | map(attribute='text') | join -%}"

  /// The same where a message that calls tools may have no content.
  static let contentOrNone =
    "{%- set content = message['content'] if message['content'] is string"
    + " else message['content'] | map(attribute='text') | join if message['content'] else '' -%}"

  /// Whether a message calls tools.
  static let hasCalls = "message['tool_calls'] is defined and message['tool_calls']"

  /// Sets `call` to the function that `called`, an element of `tool_calls`, names.
  static let call =
    "{%- set call = called.function if called.function is defined else called -%}"

  /// A text as a literal of Jinja.
  static func literal(_ text: String) -> String {
    var literal = "'"
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n": literal += "\\n"
      case "'", "\\": literal += "\\\(scalar)"
      default: literal.unicodeScalars.append(scalar)
      }
    }
    return literal + "'"
  }
}
