internal import Artifacts

/// One file of a repository, as the hub lists it.
package struct HubFile: Sendable, Equatable {
  /// Its path inside the repository; checked to stay inside any folder.
  package var path: String
  /// Its size in bytes.
  package var size: Int
  /// How its content is known, which is also its name in the cache.
  package var identity: Identity

  /// The digest that the hub gives a file.
  package enum Identity: Sendable, Equatable {
    /// A file in git: SHA-1 over `blob SIZE\0` and the content.
    case git(String)
    /// A file in large-file storage: SHA-256 of the content.
    case large(String)

    /// The hexadecimal digits, which huggingface_hub calls the ETag.
    package var etag: String {
      switch self {
      case .git(let digits), .large(let digits): digits
      }
    }
  }

  /// What callers see of it.
  package struct Entry: Sendable, Equatable {
    /// Its path inside the repository.
    package var path: String
    /// Its size in bytes.
    package var size: Int
  }

  /// Path and size.
  var entry: Entry { Entry(path: path, size: size) }

  /// No file is larger: 1 TiB, more than the hub takes.
  static let largestSize: Int64 = 1 << 40

  /// Reads one element of the hub's tree listing; `nil` for a folder.
  ///
  /// - Throws: `malformed`, also for a path that leads out of the folder.
  init?(_ json: JSONValue, at location: SourceLocation) throws {
    func malformed(_ what: String) -> AksharaError {
      AksharaError(
        .malformed, "the listing \(what)", at: location,
        remedy: "nothing of it was written; tell the repository's owner")
    }
    guard let path = json["path"]?.string, let type = json["type"]?.string else {
      throw malformed("has an entry without a path or type")
    }
    guard HubPath.isSafe(path) else {
      throw malformed("has the path `\(path.quotedForMessage)`, which could lead out of its folder")
    }
    guard type == "file" else { return nil }
    let large = json["lfs"]
    guard let size = (large?["size"] ?? json["size"])?.integer,
      (0...Self.largestSize).contains(size)
    else { throw malformed("gives `\(path)` no size that can be") }
    let digits = (large?["oid"] ?? json["oid"])?.string ?? ""
    let isLarge = large?["oid"] != nil
    guard digits.wholeMatch(of: isLarge ? /[0-9a-f]{64}/ : /[0-9a-f]{40}/) != nil else {
      throw malformed("gives `\(path)` no digest that can be")
    }
    self.path = path
    self.size = Int(size)
    identity = isLarge ? .large(digits) : .git(digits)
  }
}

extension String {
  /// At most 80 characters, with control characters made visible.
  var quotedForMessage: String {
    let text = unicodeScalars.prefix(80).map { scalar in
      scalar.value < 0x20 || scalar.value == 0x7F ? "?" : String(scalar)
    }
    return text.joined()
  }
}
