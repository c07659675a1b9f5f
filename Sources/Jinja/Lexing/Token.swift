/// A word of a template.
struct Token: Equatable, Sendable {
  /// What kind of word.
  enum Kind: Equatable, Sendable {
    case data(String)
    case variableBegin, variableEnd, blockBegin, blockEnd
    case name(String)
    case string(String)
    case integer(Int)
    case float(Double)
    case symbol(String)
    case end
  }

  let kind: Kind
  /// The line it stands on, counted from 1.
  let line: Int

  /// The words of messages.
  var description: String {
    switch kind {
    case .data: "template data"
    case .variableBegin: "begin of print statement"
    case .variableEnd: "end of print statement"
    case .blockBegin: "begin of statement block"
    case .blockEnd: "end of statement block"
    case .name(let name): name
    case .string: "string"
    case .integer: "integer"
    case .float: "float"
    case .symbol(let symbol): symbol
    case .end: "end of template"
    }
  }
}
