internal import Artifacts
internal import Foundation
internal import Synchronization

/// The reviews of the rows that are looked at: shared by all windows, and with other programs that
/// write the same file.
final class ReviewDesk: Sendable {
  let path: String
  private let set: String?
  private let reviewer: String
  private let file: Mutex<ReviewFile>

  /// - Parameters:
  ///   - path: the file; it is made with the first review.
  ///   - set: the digest of the set that is looked at.
  /// - Throws: `unreadable`; `malformed` if the file is something else.
  init(_ path: String, set: String?) throws {
    self.path = path
    self.set = set
    reviewer = NSUserName()
    file = Mutex(try ReviewFile(path))
  }

  /// What is said of a conversation.
  func review(of id: String) -> Review { file.withLock { $0[id] } }

  /// Takes in what other programs wrote.
  ///
  /// - Throws: `unreadable`, `malformed`.
  func refresh() throws { try file.withLock { try $0.refresh() } }

  /// Writes a change down.
  ///
  /// - Parameter json: `{"id", "verdict"?, "note"?}`.
  /// - Returns: what is said of the conversation now.
  /// - Throws: `malformed` for what is no review; `unwritable`.
  func change(_ json: JSONValue) throws -> Review {
    var change = try ReviewChange(json: json)
    change.set = set
    change.by = reviewer
    change.time = ISO8601DateFormatter().string(from: Date())
    let made = change
    return try file.withLock { file in
      try file.append(made)
      return file[made.id]
    }
  }

  /// How many conversations are accepted and rejected.
  var counts: JSONValue {
    file.withLock {
      ["accept": JSONValue($0.count(of: .accept)), "reject": JSONValue($0.count(of: .reject))]
    }
  }

  /// Whether what is said of a conversation is what a filter asks for.
  func passes(_ id: String, _ wanted: String) -> Bool {
    let review = review(of: id)
    switch wanted {
    case "accept": return review.verdict == .accept
    case "reject": return review.verdict == .reject
    case "note": return review.note != nil
    case "none": return review.isEmpty
    default: return false
    }
  }
}

extension Review {
  /// The review for the page.
  var json: JSONValue {
    [
      "verdict": verdict.map { .string($0.rawValue) } ?? .null,
      "note": note.map { .string($0) } ?? .null,
    ]
  }
}
