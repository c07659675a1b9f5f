/// Pieces that the templates' Jinja forms share.
enum JinjaText {
  /// Sets `content` to a message's text: the content itself, or its text parts joined.
  static let content =
    "{%- set content = message['content'] if message['content'] is string"
    + " else message['content'] | map(attribute='text') | join -%}"
}
