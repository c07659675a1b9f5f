package import Artifacts
internal import Foundation

extension Conversation {
  /// Reads a record from simdjson's tape, without a JSON value for each of its parts.
  ///
  /// The result is that of `init(json:)`, which is the readable form of the same, or `nil`: where
  /// anything is not plain (tools, typed parts, edits, a repeated key) or not right. Whoever gets
  /// `nil` takes `init(json:)`, which also names what is wrong.
  package init?(tape: JSONTape) {
    var fields = TapeFields(tape, at: JSONTape.root)
    guard fields.isObject else { return nil }
    self.init(id: "", messages: [])
    var hasID = false
    var hasMessages = false
    while let (key, value) = fields.next() {
      switch key {
      case .id:
        guard let text = tape.plainText(at: value), !text.isEmpty else { return nil }
        id = text
        hasID = true
      case .messages:
        guard let list = Message.list(tape, at: value) else { return nil }
        messages = list
        hasMessages = true
      case .group:
        guard let text = tape.plainText(at: value) else { return nil }
        group = text
      case .split:
        guard let split = tape.plainText(at: value).flatMap(Split.init(rawValue:)) else {
          return nil
        }
        self.split = split
      case .language:
        guard let text = tape.plainText(at: value) else { return nil }
        language = text
      case .tags:
        guard let list = tape.plainTexts(at: value) else { return nil }
        tags = list
      case .provenance:
        guard let origin = Provenance(tape, at: value) else { return nil }
        provenance = origin
      default: return nil
      }
    }
    guard fields.isWhole, hasID, hasMessages else { return nil }
  }
}

extension Message {
  /// The messages of a list that is not empty; `nil` if one is not plain.
  fileprivate static func list(_ tape: JSONTape, at place: Int) -> [Message]? {
    guard tape.kind(of: place) == .array else { return nil }
    var messages: [Message] = []
    messages.reserveCapacity(4)
    var next = tape.inside(place)
    let end = tape.end(of: place)
    while next < end {
      guard let message = Message(tape, at: next) else { return nil }
      messages.append(message)
      next = tape.behind(next)
    }
    return messages.isEmpty ? nil : messages
  }

  private init?(_ tape: JSONTape, at place: Int) {
    var fields = TapeFields(tape, at: place)
    guard fields.isObject else { return nil }
    self.init(.user, .text(""))
    var hasRole = false
    var hasContent = false
    while let (key, value) = fields.next() {
      switch key {
      case .role:
        guard let role = tape.role(at: value) else { return nil }
        self.role = role
        hasRole = true
      case .content:
        guard let text = tape.plainText(at: value) else { return nil }
        content = .text(text)
        hasContent = true
      case .name:
        guard let text = tape.plainText(at: value) else { return nil }
        name = text
      case .reasoning:
        guard let text = tape.plainText(at: value) else { return nil }
        reasoning = text
      case .supervised:
        guard tape.kind(of: value) == .bool else { return nil }
        supervised = tape.bool(at: value)
      case .weight:
        guard tape.kind(of: value) == .number, tape.double(at: value) >= 0 else { return nil }
        weight = tape.double(at: value)
      default: return nil
      }
    }
    guard fields.isWhole, hasRole, hasContent else { return nil }
  }
}

extension Provenance {
  fileprivate init?(_ tape: JSONTape, at place: Int) {
    var fields = TapeFields(tape, at: place)
    guard fields.isObject else { return nil }
    self.init(source: "", record: 0)
    var hasSource = false
    while let (key, value) = fields.next() {
      switch key {
      case .source:
        guard let text = tape.plainText(at: value) else { return nil }
        source = text
        hasSource = true
      case .licence:
        guard let text = tape.plainText(at: value) else { return nil }
        licence = text
      case .record:
        guard tape.kind(of: value) == .number, let number = Int(exactly: tape.double(at: value))
        else { return nil }
        record = number
      case .digest:
        guard let digest = tape.plainText(at: value).flatMap({ Digest($0) }) else { return nil }
        self.digest = digest
      default: return nil
      }
    }
    guard fields.isWhole, hasSource, record >= 1 else { return nil }
  }
}

extension JSONTape {
  /// The string at a place; `nil` if something else stands there.
  fileprivate func plainText(at place: Int) -> String? {
    kind(of: place) == .string ? text(at: place) : nil
  }

  /// The strings of the list at a place; `nil` if it is no list of strings.
  fileprivate func plainTexts(at place: Int) -> [String]? {
    guard kind(of: place) == .array else { return nil }
    var texts: [String] = []
    var next = inside(place)
    let end = end(of: place)
    while next < end {
      guard let text = plainText(at: next) else { return nil }
      texts.append(text)
      next = behind(next)
    }
    return texts
  }

  func role(at place: Int) -> Role? {
    guard kind(of: place) == .string else { return nil }
    let text = string(at: place)
    return Role.allCases.first { text.spells($0.rawValue) }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// Whether these bytes are those of `text`, compared at once.
  fileprivate func spells(_ text: String) -> Bool {
    guard count == text.utf8.count, let baseAddress else { return false }
    var text = text
    return text.withUTF8 { other in
      other.baseAddress.map { memcmp(baseAddress, $0, count) == 0 } ?? false
    }
  }
}

/// The pairs of an object on a tape, by the keys that plain records have.
struct TapeFields {
  /// The keys of records, messages and provenances.
  enum Key: String {
    case id, messages, group, split, language, tags, provenance
    case role, content, name
    case reasoning = "reasoning_content"
    case supervised, weight
    case source, licence, record, digest
  }

  let isObject: Bool
  /// Whether all pairs were given: each with a known key that came once.
  private(set) var isWhole = false
  private let tape: JSONTape
  private var place: Int
  private let end: Int
  private var seen: UInt32 = 0

  init(_ tape: JSONTape, at place: Int) {
    self.tape = tape
    isObject = tape.kind(of: place) == .object
    self.place = isObject ? tape.inside(place) : 0
    end = isObject ? tape.end(of: place) : 0
  }

  /// The next pair; `nil` at the end, and before a key that is unknown or comes again.
  mutating func next() -> (key: Key, value: Int)? {
    guard place < end else {
      isWhole = isObject
      return nil
    }
    let text = tape.string(at: place)
    guard let key = Key(text), seen & key.bit == 0 else { return nil }
    seen |= key.bit
    let value = tape.behind(place)
    place = tape.behind(value)
    return (key, value)
  }
}

extension TapeFields.Key {
  /// The key that is spelled so. Length and first letter tell all keys apart, so one is compared.
  fileprivate init?(_ text: UnsafeBufferPointer<UInt8>) {
    guard let first = text.first else { return nil }
    let candidate: Self
    switch (text.count, first) {
    case (2, UInt8(ascii: "i")): candidate = .id
    case (4, UInt8(ascii: "t")): candidate = .tags
    case (4, UInt8(ascii: "r")): candidate = .role
    case (4, UInt8(ascii: "n")): candidate = .name
    case (5, UInt8(ascii: "g")): candidate = .group
    case (5, UInt8(ascii: "s")): candidate = .split
    case (6, UInt8(ascii: "w")): candidate = .weight
    case (6, UInt8(ascii: "s")): candidate = .source
    case (6, UInt8(ascii: "r")): candidate = .record
    case (6, UInt8(ascii: "d")): candidate = .digest
    case (7, UInt8(ascii: "c")): candidate = .content
    case (7, UInt8(ascii: "l")): candidate = .licence
    case (8, UInt8(ascii: "m")): candidate = .messages
    case (8, UInt8(ascii: "l")): candidate = .language
    case (10, UInt8(ascii: "p")): candidate = .provenance
    case (10, UInt8(ascii: "s")): candidate = .supervised
    case (17, UInt8(ascii: "r")): candidate = .reasoning
    default: return nil
    }
    guard text.spells(candidate.rawValue) else { return nil }
    self = candidate
  }

  /// One bit of a set of keys.
  fileprivate var bit: UInt32 {
    switch self {
    case .id: 1 << 0
    case .messages: 1 << 1
    case .group: 1 << 2
    case .split: 1 << 3
    case .language: 1 << 4
    case .tags: 1 << 5
    case .provenance: 1 << 6
    case .role: 1 << 7
    case .content: 1 << 8
    case .name: 1 << 9
    case .reasoning: 1 << 10
    case .supervised: 1 << 11
    case .weight: 1 << 12
    case .source: 1 << 13
    case .licence: 1 << 14
    case .record: 1 << 15
    case .digest: 1 << 16
    }
  }
}
