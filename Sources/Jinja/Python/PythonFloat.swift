internal import Foundation

/// Floats as Python writes and reads them.
enum PythonFloat {
  /// `repr(value)`: the shortest digits that read back to the same value.
  ///
  /// Source: Python 3, `float_repr_style` short: exponents below -4 or from 16 on are written.
  static func repr(_ value: Double) -> String {
    if value.isNaN { return "nan" }
    if value.isInfinite { return value < 0 ? "-inf" : "inf" }
    let sign = value.sign == .minus ? "-" : ""
    let (digits, point) = shortestDigits(value.magnitude)
    if -4 < point && point <= 16 {
      if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
      if digits.count <= point {
        return sign + digits + String(repeating: "0", count: point - digits.count) + ".0"
      }
      let border = digits.index(digits.startIndex, offsetBy: point)
      return sign + digits[..<border] + "." + digits[border...]
    }
    let exponent = point - 1
    let mantissa = digits.count == 1 ? digits : digits.prefix(1) + "." + digits.dropFirst()
    let number = String(exponent.magnitude)
    return sign + mantissa + "e" + (exponent < 0 ? "-" : "+")
      + (number.count < 2 ? "0" + number : number)
  }

  /// The significant digits and where the point stands: 0.00123 has "123" and -2.
  private static func shortestDigits(_ value: Double) -> (digits: String, point: Int) {
    guard value != 0 else { return ("0", 1) }
    // Swift's description has the same shortest digits, in another notation.
    let parts = "\(value)".split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let halves = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let whole = String(halves[0])
    var digits = whole + (halves.count > 1 ? String(halves[1]) : "")
    var point = whole.count + exponent
    while digits.hasPrefix("0") {
      digits.removeFirst()
      point -= 1
    }
    while digits.hasSuffix("0") { digits.removeLast() }
    return (digits, point)
  }

  /// `base ** exponent`; `nil` where Python gives a complex number or raises.
  static func power(_ base: Double, _ exponent: Double) -> Double? {
    let result = pow(base, exponent)
    return result.isFinite ? result : nil
  }

  /// `value` with `digits` digits behind the point, rounded half to even: the `f` of formats.
  static func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", locale: nil, value)
  }

  /// `round(value, digits)`.
  ///
  /// Source: Python 3, `double_round`: correctly rounded to decimal digits and read back.
  static func rounded(_ value: Double, digits: Int) -> Double {
    guard value.isFinite else { return value }
    if digits >= 0 { return Double(fixed(value, digits: min(digits, 300))) ?? value }
    let power = pow(10, Double(-digits))
    return (value / power).rounded(.toNearestOrEven) * power
  }

  /// `float(text)`.
  static func parse(_ text: String) -> Double? {
    let plain = text.filter { $0 != "_" }
    switch plain.lowercased() {
    case "inf", "infinity", "+inf", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    case "nan", "+nan", "-nan": return .nan
    default: break
    }
    guard plain.allSatisfy({ $0.isASCII && ($0.isNumber || "+-.eE".contains($0)) }) else {
      return nil
    }
    return Double(plain)
  }
}
