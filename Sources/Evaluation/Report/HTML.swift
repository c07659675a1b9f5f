/// HTML as text that was escaped where it was made.
///
/// Every string from data goes through `text`, so no row of a data set can add markup to a page.
struct HTML: ExpressibleByStringInterpolation, CustomStringConvertible {
  /// The markup.
  var description: String

  /// Markup as it is written in the source.
  init(stringLiteral value: String) { description = value }

  init(_ markup: String) { description = markup }

  /// Interpolated strings are escaped; interpolated `HTML` is not.
  init(stringInterpolation: Interpolation) { description = stringInterpolation.markup }

  struct Interpolation: StringInterpolationProtocol {
    var markup = ""
    init(literalCapacity: Int, interpolationCount: Int) {}
    mutating func appendLiteral(_ literal: String) { markup += literal }
    mutating func appendInterpolation(_ html: HTML) { markup += html.description }
    mutating func appendInterpolation(_ text: String) { markup += HTML.escape(text) }
    mutating func appendInterpolation(_ number: Int) { markup += String(number) }
  }

  /// `text` with the five characters that mean something in HTML replaced.
  static func escape(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case "'": escaped += "&#39;"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }

  /// Pieces one after another.
  static func joined(_ pieces: some Sequence<HTML>, separator: String = "\n") -> HTML {
    HTML(pieces.map(\.description).joined(separator: separator))
  }

  /// A table with a header row.
  static func table(_ header: [String], _ rows: [[HTML]]) -> HTML {
    let head = joined(header.map { "<th>\($0)</th>" }, separator: "")
    let body = joined(
      rows.map { row in "<tr>\(joined(row.map { "<td>\($0)</td>" }, separator: ""))</tr>" })
    return
      "<div class=\"scroll\"><table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table></div>"
  }
}

/// Numbers as people read them.
enum NumberText {
  /// `1,234,567`.
  static func count(_ value: Int) -> String {
    var digits = Array(String(value.magnitude))
    var index = digits.count - 3
    while index > 0 {
      digits.insert(",", at: index)
      index -= 3
    }
    return (value < 0 ? "−" : "") + String(digits)
  }

  /// A number with a fixed count of decimals.
  static func decimal(_ value: Double, _ places: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let rounded = (value.magnitude * scale).rounded()
    guard rounded < 1e15 else { return "\(value)" }
    let whole = Int(rounded)
    let sign = value < 0 && whole > 0 ? "−" : ""
    guard places > 0 else { return sign + count(whole) }
    let fraction = String(whole % Int(scale))
    let padding = String(repeating: "0", count: places - fraction.count)
    return sign + count(whole / Int(scale)) + "." + padding + fraction
  }

  /// A share as a percentage with one decimal.
  static func percent(_ share: Double) -> String { decimal(share * 100, 1) + " %" }
}
