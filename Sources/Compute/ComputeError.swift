/// A device, or a library it needs, cannot do what was asked.
///
/// `Compute` imports nothing, so this is its own type; whoever shows it to a user prints
/// `description`, which reads like every other error of Akshara.
public struct ComputeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence, lower case, without a full stop, with the offending value quoted.
  public var message: String
  /// How to mend it.
  public var remedy: String?

  /// An error.
  public init(_ message: String, remedy: String? = nil) {
    self.message = message
    self.remedy = remedy
  }

  /// `message; remedy`.
  public var description: String { message + (remedy.map { "; \($0)" } ?? "") }
}
