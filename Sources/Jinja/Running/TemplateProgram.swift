/// A template that was read: statements over numbered names.
struct TemplateProgram: Sendable {
  /// The names that stand in it, by number.
  let names: [String]
  let body: [any Statement]
  /// Whether it marks what the model generates.
  let marksGeneration: Bool
}
