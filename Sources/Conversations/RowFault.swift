public import Artifacts

/// Why a row, scene or snippet cannot become a conversation.
public struct RowFault: Error, Sendable, Equatable {
  /// A reason that stays the same from version to version; counted in reports.
  public enum Reason: String, Sendable, CaseIterable {
    /// The row is not a JSON document.
    case invalidJSON = "invalid_json"
    /// The row is not a record of CSV, or has more or fewer fields than there are columns.
    case invalidCSV = "invalid_csv"
    /// The row has a byte that is not UTF-8.
    case invalidUTF8 = "invalid_utf8"
    /// The row has a zero byte: it is binary, or UTF-16.
    case binaryData = "binary_data"
    /// A key or column that must be there is not.
    case missingField = "missing_field"
    /// A value has another type than its key demands.
    case wrongType = "wrong_type"
    /// A value has the right type, but cannot be.
    case invalidValue = "invalid_value"
    /// A key that the record's schema does not know.
    case unknownKey = "unknown_key"
    /// A role that is none of system, user, assistant and tool.
    case unknownRole = "unknown_role"
    /// The list of messages is empty.
    case emptyMessages = "empty_messages"
    /// A scene or snippet in which nobody speaks.
    case noDialogue = "no_dialogue"
    /// A scene or snippet in which the chosen characters do not speak.
    case noAssistantLine = "no_assistant_line"
    /// A screenplay without a single scene.
    case noScene = "no_scene"
    /// A snippet file without a single snippet, or text before its first header.
    case noSnippet = "no_snippet"
    /// A scene of which no task can be made: nothing to answer with.
    case noTask = "no_task"
    /// A subtitle whose times cannot be read.
    case malformedTime = "malformed_time"
  }

  /// The stable reason.
  public var reason: Reason
  /// One sentence, lower case, with the offending value quoted.
  public var message: String
  /// How to mend it.
  public var remedy: String

  /// A fault.
  public init(_ reason: Reason, _ message: String, remedy: String) {
    self.reason = reason
    self.message = message
    self.remedy = remedy
  }

  /// The same as an error found at `location`.
  public func error(at location: SourceLocation?) -> AksharaError {
    AksharaError(.malformed, message, at: location, remedy: remedy)
  }
}
