/// Something that has a value.
protocol Expression: Sendable {
  /// Its value now.
  ///
  /// - Throws: `JinjaError` where jinja2 raises an exception, and for what is not supported.
  func value(in run: Run) throws -> Value
}
