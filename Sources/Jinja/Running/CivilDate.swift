/// A day of the Gregorian calendar: what `strftime_now` says in place of the clock.
package struct CivilDate: Sendable, Hashable, CustomStringConvertible {
  package let year: Int
  package let month: Int
  package let day: Int

  /// A day; `nil` if the calendar has none like it between the years 1 and 9999.
  package init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month) else { return nil }
    guard (1...Self.length(of: month, in: year)).contains(day) else { return nil }
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// Reads `2024-07-26`.
  package init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2],
      parts.allSatisfy({ $0.allSatisfy { $0.isASCII && $0.isNumber } }),
      let year = Int(parts[0]), let month = Int(parts[1]), let day = Int(parts[2])
    else { return nil }
    self.init(year: year, month: month, day: day)
  }

  /// `2024-07-26`.
  package var description: String {
    "\(Self.padded(year, 4))-\(Self.padded(month))-\(Self.padded(day))"
  }

  private static func isLeap(_ year: Int) -> Bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
  }

  private static func length(of month: Int, in year: Int) -> Int {
    [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]
  }

  /// The day's number in its year, from 1.
  private var dayOfYear: Int {
    (1..<month).reduce(day) { $0 + Self.length(of: $1, in: year) }
  }

  /// The day of the week, Monday 0.
  private var weekday: Int {
    let before = year - 1
    return (before * 365 + before / 4 - before / 100 + before / 400 + dayOfYear - 1) % 7
  }

  private static let months = [
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
  ]
  private static let weekdays = [
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
  ]

  private static func padded(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  /// `strftime` in the C locale, at midnight.
  ///
  /// - Throws: `unsupported` for a directive that is none of these.
  package func formatted(_ format: String) throws -> String {
    var result = ""
    var rest = format.unicodeScalars[...]
    while let scalar = rest.popFirst() {
      guard scalar == "%", let directive = rest.popFirst() else {
        result.unicodeScalars.append(scalar)
        continue
      }
      guard directive == "-" else {
        result += try field(directive)
        continue
      }
      // glibc's flag: without zeros in front.
      let field = try rest.popFirst().map { try self.field($0) } ?? ""
      result += field.first == "0" && field.count > 1 ? String(field.dropFirst()) : field
    }
    return result
  }

  private func field(_ directive: Unicode.Scalar) throws -> String {
    switch directive {
    case "Y": String(year)
    case "y": Self.padded(year % 100)
    case "m": Self.padded(month)
    case "d": Self.padded(day)
    case "e": day < 10 ? " \(day)" : "\(day)"
    case "B": Self.months[month - 1]
    case "b", "h": String(Self.months[month - 1].prefix(3))
    case "A": Self.weekdays[weekday]
    case "a": String(Self.weekdays[weekday].prefix(3))
    case "j": Self.padded(dayOfYear, 3)
    case "F": description
    case "u": String(weekday + 1)
    case "w": String((weekday + 1) % 7)
    case "H", "M", "S": "00"
    case "I": "12"
    case "p": "AM"
    case "f": "000000"
    case "T": "00:00:00"
    case "R": "00:00"
    case "X": "00:00:00"
    case "D", "x": "\(Self.padded(month))/\(Self.padded(day))/\(Self.padded(year % 100))"
    case "%": "%"
    case "n": "\n"
    case "t": "\t"
    case "z", "Z": ""
    default: throw JinjaError.unsupported("the date directive `%\(directive)`")
    }
  }
}
