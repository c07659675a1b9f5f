/// What a template may use up: it comes from outside.
package struct Limits: Sendable {
  /// How many statements and calls it may execute.
  package var steps = 20_000_000
  /// How many bytes one rendering, or one text made in it, may have.
  package var bytes = 1 << 28
  /// How many macros may be under way inside each other.
  package var depth = 100

  package init() {}
}
