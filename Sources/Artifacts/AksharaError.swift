/// Where in a file something was found.
public struct SourceLocation: Sendable, Hashable, CustomStringConvertible {
  /// The path as the user gave it.
  public var file: String
  /// The line, counted from 1; `nil` where lines mean nothing (binary files).
  public var line: Int?

  /// A place in `file`, at `line` if the file has lines.
  public init(file: String, line: Int? = nil) {
    self.file = file
    self.line = line
  }

  /// `file:line`, or `file`.
  public var description: String { line.map { "\(file):\($0)" } ?? file }
}

/// An error that a user can act on: what is wrong, where, and how to mend it.
///
/// ```
/// samples/a.jsonl:17: message 3 has the role "narrator"; use system, user, assistant or tool
/// ```
public struct AksharaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong; closed, so that callers can switch on it.
  public enum Code: String, Sendable {
    /// A file that should be there is not.
    case missingFile = "missing_file"
    /// A file cannot be read.
    case unreadable
    /// A file cannot be written: no room, no right, no such folder.
    case unwritable
    /// Bytes are not what their format demands.
    case malformed
    /// The input is well-formed, but Akshara does not handle it.
    case unsupported
    /// An option or a recipe key has a value that cannot be.
    case invalidOption = "invalid_option"
    /// A check found faults (exit status 3).
    case checkFailed = "check_failed"
    /// The device or a library failed.
    case device
  }

  /// What kind of thing went wrong.
  public var code: Code
  /// One sentence, lower case, without a full stop, with the offending value quoted.
  public var message: String
  /// Where, if anywhere.
  public var location: SourceLocation?
  /// How to mend it; follows the message after a semicolon.
  public var remedy: String?

  /// An error with `code`, found at `location`.
  public init(
    _ code: Code, _ message: String, at location: SourceLocation? = nil, remedy: String? = nil
  ) {
    self.code = code
    self.message = message
    self.location = location
    self.remedy = remedy
  }

  /// `location: message; remedy`.
  public var description: String {
    let place = location.map { "\($0): " } ?? ""
    let mend = remedy.map { "; \($0)" } ?? ""
    return place + message + mend
  }
}
