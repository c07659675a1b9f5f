/// A Jinja template, in the environment in which transformers renders chat templates: trimmed blocks,
/// an immutable sandbox, `break` and `continue`, `{% generation %}`, `tojson` without escapes for
/// HTML, `raise_exception` and `strftime_now`.
///
/// ```swift
/// let template = try Template("{{ bos_token }}{% for m in messages %}…{% endfor %}")
/// let text = try template.render(["messages": …]).bytes
/// ```
///
/// Read once, rendered often, from any thread. Source: transformers 5, `chat_template_utils.py`;
/// jinja2 3.1.6, whose results it gives, byte for byte, or an error.
package struct Template: Sendable {
  private let program: TemplateProgram
  private let numbers: [String: Int]

  /// Reads a template.
  ///
  /// - Throws: `JinjaError`, `syntax` or `unsupported`, with its line.
  package init(_ source: String) throws {
    var parser = try Parser(source)
    program = try parser.parse()
    numbers = Dictionary(
      uniqueKeysWithValues: program.names.enumerated().map { ($0.element, $0.offset) })
  }

  /// Whether it marks what the model generates: `{% generation %}`.
  package var marksGeneration: Bool { program.marksGeneration }

  /// Whether a name stands in it.
  package func names(_ name: String) -> Bool { numbers[name] != nil }

  /// Renders it.
  ///
  /// - Parameters:
  ///   - variables: what it can read; later ones go before earlier ones of the same name.
  ///   - date: what `strftime_now` says.
  /// - Throws: `JinjaError`, with its line.
  package func render(
    _ variables: [(name: String, value: Value)], date: CivilDate, limits: Limits = Limits()
  ) throws -> Rendering {
    let run = Run(program, date: date, limits: limits)
    for (name, function) in Globals.all {
      if let number = numbers[name] {
        run.scope.set(number, to: .callable(FunctionValue(name: name, body: function)))
      }
    }
    for (name, value) in variables {
      if let number = numbers[name] { run.scope.set(number, to: value) }
    }
    run.scope = Scope(in: run.scope)
    do {
      _ = try program.body.execute(in: run)
    } catch var error as JinjaError {
      error.line = error.line ?? run.line
      throw error
    }
    return run.finish()
  }
}
