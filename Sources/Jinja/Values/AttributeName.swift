/// The name behind a dot, with what is asked of it each time.
struct AttributeName: Sendable {
  let text: Text
  let string: String
  let isPrivate: Bool
  let isDunder: Bool
  /// The types that have a method of this name.
  let owners: MethodOwners
  /// Those whose method of this name changes the object, which the sandbox forbids.
  let changing: MethodOwners

  init(_ text: Text) {
    self.text = text
    string = text.string
    isPrivate = string.hasPrefix("_")
    isDunder = string.hasPrefix("__") && string.hasSuffix("__")
    owners = MethodOwners(having: string)
    changing = MethodOwners(changedBy: string)
  }
}
