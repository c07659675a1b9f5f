/// Why a template could not be read or rendered.
package struct JinjaError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of thing went wrong.
  package enum Kind: Sendable, Equatable {
    /// The template's text is not Jinja: jinja2's `TemplateSyntaxError` or `TemplateAssertionError`.
    case syntax
    /// The template itself refused its input: `raise_exception("…")`.
    case refused
    /// What jinja2 raises while it renders: `UndefinedError`, `TypeError`, `SecurityError` ….
    case failed
    /// Jinja that jinja2 renders and this interpreter does not.
    case unsupported
    /// More steps, depth or output than is granted to a template.
    case limit
  }

  /// What kind of thing went wrong.
  package var kind: Kind
  /// What, in lower case without a full stop; the template's own words where it refused.
  package var message: String
  /// The line of the template, counted from 1, once it is known.
  package var line: Int?

  package init(_ kind: Kind, _ message: String, line: Int? = nil) {
    self.kind = kind
    self.message = message
    self.line = line
  }

  /// `line N: message`.
  package var description: String { line.map { "line \($0): \(message)" } ?? message }

  /// What jinja2 raises at this place.
  static func failed(_ message: String) -> JinjaError { JinjaError(.failed, message) }

  /// A construct, by name, that is not rendered here.
  static func unsupported(_ construct: String) -> JinjaError {
    JinjaError(.unsupported, "\(construct) is not supported")
  }
}
