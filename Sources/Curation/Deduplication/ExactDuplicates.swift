internal import Conversations

/// Remembers what was said in the conversations that were kept.
///
/// Holds 20 bytes a conversation, and table overhead.
struct ExactDuplicates {
  private var seen: [ContentKey: UInt32] = [:]

  /// The place, counted from 0, of the kept conversation with the same content; `nil` for new
  /// content, which is remembered as kept at `place`.
  mutating func place(of conversation: Conversation, ifNew place: Int) -> Int? {
    let key = ContentKey(of: conversation)
    if let first = seen[key] { return Int(first) }
    seen[key] = UInt32(truncatingIfNeeded: place)
    return nil
  }
}

/// Makes identifiers unique: the second `a` becomes `a-2`.
struct UniqueIdentifiers {
  private var seen: Set<ContentKey> = []

  /// An identifier that was not given before: `id` itself, if it can be.
  mutating func unique(_ id: String) -> String {
    var unique = id
    var number = 1
    while !seen.insert(ContentKey(of: unique)).inserted {
      number += 1
      unique = "\(id)-\(number)"
    }
    return unique
  }
}
