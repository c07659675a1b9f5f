internal import Jinja

/// Which part of a conversation bytes of a rendered text come from, as the number that a text's
/// origin carries through the template.
enum MessageField: Int32, CaseIterable {
  case role, content, reasoning, toolCalls, name, other

  /// A variable of the tokenizer, such as `bos_token`: as good as the template's own words.
  static let tokenizerVariable = Origin(rawValue: 0)
  /// The conversation's tools and its variables for the template.
  static let conversation = Origin(rawValue: 1)
  /// Numbers below belong to no message.
  private static let firstMessage: Int32 = 2

  /// The origin of this field of a message.
  func origin(in message: Int) -> Origin {
    Origin(rawValue: Self.firstMessage + Int32(message) * Int32(Self.allCases.count) + rawValue)
  }

  /// The message and the field of an origin; `nil` if it belongs to no message.
  static func place(of origin: Origin) -> (message: Int, field: MessageField)? {
    let number = origin.rawValue - firstMessage
    guard number >= 0 else { return nil }
    let (message, field) = number.quotientAndRemainder(dividingBy: Int32(allCases.count))
    return MessageField(rawValue: field).map { (Int(message), $0) }
  }

  /// Whether control tokens may stand in bytes of this origin: the template's literals, the
  /// tokenizer's variables, and roles, which are one of four words of this program and never data.
  static func isTemplates(_ origin: Origin) -> Bool {
    origin == .template || origin == tokenizerVariable || place(of: origin)?.field == .role
  }
}
