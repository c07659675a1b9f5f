/// Reads a number: `1`, `1_000`, `0x1F`, `0b1`, `0o7`, `1.5`, `1e3`.
///
/// Source: jinja2 3.1, `lexer.integer_re` and `float_re`.
struct NumberScanner {
  private let source: [Unicode.Scalar]
  private(set) var end: Int
  private var digits = ""
  private var isFloat = false
  private var radix = 10

  init(_ source: [Unicode.Scalar], at start: Int, mayBeFloat: Bool) {
    self.source = source
    end = start
    let radices: [Unicode.Scalar: Int] = ["b": 2, "o": 8, "x": 16]
    if source[start] == "0", let letter = source[safe: start + 1],
      let base = radices[Unicode.Scalar(letter.value | 0x20) ?? letter],
      let first = source[safe: start + 2], Self.value(of: first) < base
    {
      radix = base
      end = start + 2
    }
    readDigits()
    guard mayBeFloat, radix == 10 else { return }
    if source[safe: end] == ".", let next = source[safe: end + 1], Self.value(of: next) < 10 {
      append(count: 1)
      isFloat = true
      readDigits()
    }
    readExponent()
  }

  /// The digits, without underscores.
  var text: String { digits }

  /// The token; `nil` if it is too large for 64 bits.
  var kind: Token.Kind? {
    if isFloat { return Double(digits).map { .float($0) } }
    return Int(digits, radix: radix).map { .integer($0) }
  }

  private mutating func readDigits() {
    while let scalar = source[safe: end] {
      if Self.value(of: scalar) < radix {
        append(count: 1)
      } else if scalar == "_", let next = source[safe: end + 1], Self.value(of: next) < radix {
        end += 1
      } else {
        return
      }
    }
  }

  private mutating func readExponent() {
    guard source[safe: end] == "e" || source[safe: end] == "E" else { return }
    let hasSign = source[safe: end + 1] == "+" || source[safe: end + 1] == "-"
    guard let first = source[safe: end + (hasSign ? 2 : 1)], Self.value(of: first) < 10 else {
      return
    }
    append(count: hasSign ? 2 : 1)
    isFloat = true
    readDigits()
  }

  private mutating func append(count: Int) {
    digits.unicodeScalars.append(contentsOf: source[end..<end + count])
    end += count
  }

  /// The value of a digit, 99 if it is none.
  private static func value(of scalar: Unicode.Scalar) -> Int {
    scalar.isASCII ? Character(scalar).hexDigitValue ?? 99 : 99
  }
}
