internal import Artifacts

/// A repository of a hub, and what of it is wanted: what `hf://…` names.
///
/// ```
/// hf://OWNER/NAME[@REVISION][/PATH]             a model
/// hf://datasets/OWNER/NAME[@REVISION][/PATH]    a data set
/// ```
package struct HubRepository: Sendable, Hashable, CustomStringConvertible {
  /// What kind of repository; the raw value is its word in the hub's addresses.
  package enum Kind: String, Sendable {
    /// A model.
    case models
    /// A data set.
    case datasets
  }

  /// Model or data set.
  package var kind: Kind
  /// `OWNER/NAME`, or `NAME` for the few old ones without an owner.
  package var id: String
  /// A branch, a tag or a commit.
  package var revision: String
  /// A file or folder inside it; `nil`: all of it.
  package var path: String?

  /// The beginning of every such name.
  package static let scheme = "hf://"

  /// Whether `text` names something on the hub.
  package static func isName(_ text: String) -> Bool { text.hasPrefix(scheme) }

  /// What `text` names.
  ///
  /// - Throws: `invalidOption`.
  package init(_ text: String) throws {
    func refused(_ why: String) -> AksharaError {
      AksharaError(
        .invalidOption, "`\(text)` \(why)",
        remedy: "write hf://OWNER/NAME, hf://datasets/OWNER/NAME, each with @REVISION if need be")
    }
    guard Self.isName(text) else { throw refused("does not begin with hf://") }
    var rest = text.dropFirst(Self.scheme.count)
    if rest.hasPrefix("spaces/") { throw refused("is a space, which holds no data") }
    kind = rest.hasPrefix("datasets/") ? .datasets : .models
    for prefix in ["datasets/", "models/"] where rest.hasPrefix(prefix) {
      rest = rest.dropFirst(prefix.count)
      break
    }
    let (name, revision) = Self.cut(String(rest))
    var parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    var path: [String] = []
    if let revision {
      var behind = revision.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      // `refs/pr/3` and `refs/convert/parquet` are revisions with slashes in them.
      let length = behind.first == "refs" && behind.count >= 3 ? 3 : 1
      self.revision = behind.prefix(length).joined(separator: "/")
      behind.removeFirst(length)
      path = behind
    } else {
      self.revision = "main"
      path = Array(parts.dropFirst(2))
      parts = Array(parts.prefix(2))
    }
    guard (1...2).contains(parts.count), parts.allSatisfy(Self.isPart) else {
      throw refused("names no repository")
    }
    guard Self.isRevision(self.revision) else { throw refused("has a revision that cannot be") }
    if path.last == "" { path.removeLast() }
    id = parts.joined(separator: "/")
    self.path = path.isEmpty ? nil : path.joined(separator: "/")
    if let path = self.path, !HubPath.isSafe(path) { throw refused("has a path that cannot be") }
  }

  /// The text before and behind the first `@`.
  private static func cut(_ text: String) -> (name: String, revision: String?) {
    guard let at = text.firstIndex(of: "@") else { return (text, nil) }
    return (String(text[..<at]), String(text[text.index(after: at)...]))
  }

  /// Source: huggingface_hub, `validate_repo_id`: letters, digits, `-`, `_`, `.`; no `--` or `..`;
  /// at most 96 characters.
  private static func isPart(_ text: String) -> Bool {
    text.wholeMatch(of: /[A-Za-z0-9_]([A-Za-z0-9._\-]{0,95})/) != nil
      && !text.contains("--") && !text.contains("..") && !text.hasSuffix(".")
  }

  private static func isRevision(_ text: String) -> Bool {
    text.wholeMatch(of: /[A-Za-z0-9_][A-Za-z0-9._\/\-]{0,254}/) != nil && HubPath.isSafe(text)
  }

  /// Whether the file at `path` is part of what is wanted.
  func holds(_ path: String) -> Bool {
    self.path.map { path == $0 || path.hasPrefix($0 + "/") } ?? true
  }

  /// As it is written, with its revision.
  package var description: String {
    let prefix = kind == .datasets ? "datasets/" : ""
    return "\(Self.scheme)\(prefix)\(id)@\(revision)" + (path.map { "/\($0)" } ?? "")
  }
}

/// Paths inside a repository, as a server lists them.
enum HubPath {
  /// Whether `path` stays inside the folder that it counts from, on every system.
  static func isSafe(_ path: String) -> Bool {
    guard !path.isEmpty, path.utf8.count <= 4_096, !path.hasPrefix("/") else { return false }
    let isPlain = path.unicodeScalars.allSatisfy {
      $0.value >= 0x20 && $0.value != 0x7F && $0 != "\\"
    }
    return isPlain
      && path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy {
        !$0.isEmpty && $0 != "." && $0 != ".." && $0.utf8.count <= 255
      }
  }
}
