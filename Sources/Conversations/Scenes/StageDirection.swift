/// A line that says what is done, and not what is said: `(ನಗುತ್ತಾ)`, `[door creaks]`.
enum StageDirection {
  /// What stands in the parentheses or brackets around a whole line; `nil` for any other line.
  static func text(of line: String) -> String? {
    let isWhole = [("(", ")"), ("[", "]")].contains { line.hasPrefix($0.0) && line.hasSuffix($0.1) }
    guard isWhole, line.count > 2 else { return nil }
    return String(line.dropFirst().dropLast()).trimmingSpaces()
  }
}
