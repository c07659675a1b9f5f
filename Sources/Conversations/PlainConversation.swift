package import Artifacts

/// A conversation of nothing but text messages, where it lies on a parser's tape: what nearly every
/// row of a set is, without a string for each of its texts.
///
/// `read` takes what `Conversation.init(tape:)` takes, except for what a message says beside its role
/// and content. Valid until the parser's next call; made once and filled for each line.
package struct PlainConversation {
  /// Bytes of a text, valid UTF-8.
  package typealias Text = UnsafeBufferPointer<UInt8>

  /// One utterance.
  package struct Message {
    /// Who speaks.
    package let role: Role
    /// What is said.
    package let content: Text
  }

  /// The conversation's ID.
  package private(set) var id = Text(start: nil, count: 0)
  /// The utterances, at least one.
  package private(set) var messages: [Message] = []
  /// The side of the split, if one is assigned.
  package private(set) var split: Split?
  /// The language; empty where it is not known.
  package private(set) var language = Text(start: nil, count: 0)
  /// The source; empty where it is not known.
  package private(set) var source = Text(start: nil, count: 0)
  /// Free labels.
  package private(set) var tags: [Text] = []

  /// A conversation that holds nothing yet.
  package init() {}

  /// Takes in the record on the tape; `false` if it is not plain or not right, which is for
  /// `Conversation.init(tape:)` and `init(json:)` to find out.
  package mutating func read(_ tape: JSONTape) -> Bool {
    var fields = TapeFields(tape, at: JSONTape.root)
    id = Text(start: nil, count: 0)
    (language, source, split) = (id, id, nil)
    messages.removeAll(keepingCapacity: true)
    tags.removeAll(keepingCapacity: true)
    while let (key, value) = fields.next() {
      let isRead =
        switch key {
        case .id: Self.read(tape, value, &id) && !id.isEmpty
        case .messages: readMessages(tape, value)
        case .group: tape.kind(of: value) == .string
        case .split: readSplit(tape, value)
        case .language: Self.read(tape, value, &language)
        case .tags: readTags(tape, value)
        case .provenance: readSource(tape, value)
        default: false
        }
      guard isRead else { return false }
    }
    return fields.isWhole && !id.isEmpty && !messages.isEmpty
  }

  private static func read(_ tape: JSONTape, _ place: Int, _ text: inout Text) -> Bool {
    guard tape.kind(of: place) == .string else { return false }
    text = tape.string(at: place)
    return true
  }

  private mutating func readMessages(_ tape: JSONTape, _ place: Int) -> Bool {
    guard tape.kind(of: place) == .array else { return false }
    var next = tape.inside(place)
    let end = tape.end(of: place)
    while next < end {
      var fields = TapeFields(tape, at: next)
      var role: Role?
      var content: Text?
      while let (key, value) = fields.next() {
        guard tape.kind(of: value) == .string else { return false }
        switch key {
        case .role: role = tape.role(at: value)
        case .content: content = tape.string(at: value)
        default: return false
        }
      }
      guard fields.isWhole, let role, let content else { return false }
      messages.append(Message(role: role, content: content))
      next = tape.behind(next)
    }
    return true
  }

  private mutating func readSplit(_ tape: JSONTape, _ place: Int) -> Bool {
    guard tape.kind(of: place) == .string else { return false }
    let text = tape.string(at: place)
    split = Split.allCases.first { text.elementsEqual($0.rawValue.utf8) }
    return split != nil
  }

  private mutating func readTags(_ tape: JSONTape, _ place: Int) -> Bool {
    guard tape.kind(of: place) == .array else { return false }
    var next = tape.inside(place)
    let end = tape.end(of: place)
    while next < end {
      guard tape.kind(of: next) == .string else { return false }
      tags.append(tape.string(at: next))
      next = tape.behind(next)
    }
    return true
  }

  /// The rest of a provenance is no part of a row, but has to be right all the same.
  private mutating func readSource(_ tape: JSONTape, _ place: Int) -> Bool {
    var fields = TapeFields(tape, at: place)
    var (hasSource, hasRecord) = (false, false)
    while let (key, value) = fields.next() {
      switch key {
      case .source:
        guard Self.read(tape, value, &source) else { return false }
        hasSource = true
      case .licence where tape.kind(of: value) == .string: break
      case .record where tape.kind(of: value) == .number:
        guard let number = Int(exactly: tape.double(at: value)), number >= 1 else { return false }
        hasRecord = true
      case .digest where tape.kind(of: value) == .string:
        guard Digest.isSpelled(by: tape.string(at: value)) else { return false }
      default: return false
      }
    }
    return fields.isWhole && hasSource && hasRecord
  }
}
