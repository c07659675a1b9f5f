/// A day that a template writes, pinned so that the same conversations give the same rows on every
/// day.
public struct TemplateDate: Sendable, Equatable, CustomStringConvertible {
  private let year: Int
  private let month: Int
  private let day: Int

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// The day that the templates of Llama 3.1 and 3.2 write themselves if they are given none.
  static let llamaDefault = TemplateDate(year: 2024, month: 7, day: 26)

  private init(year: Int, month: Int, day: Int) {
    (self.year, self.month, self.day) = (year, month, day)
  }

  /// Reads `2024-07-26`; `nil` for anything else and for days that no calendar has.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2],
      parts.allSatisfy({ $0.allSatisfy { (0x30...0x39).contains($0) } })
    else { return nil }
    let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - 0x30) } }
    (year, month, day) = (numbers[0], numbers[1], numbers[2])
    guard 1...12 ~= month, 1...Self.days(in: month, of: year) ~= day else { return nil }
  }

  private static func days(in month: Int, of year: Int) -> Int {
    let isLeapYear = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    return switch month {
    case 2: isLeapYear ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  /// `26 Jul 2024`: `strftime` with `%d %b %Y`, as Llama's templates write it.
  public var dayMonthYear: String {
    "\(Self.digits(day, 2)) \(Self.months[month - 1]) \(Self.digits(year, 4))"
  }

  /// Year, month (1 to 12) and day (1 to 31).
  public var components: (year: Int, month: Int, day: Int) { (year, month, day) }

  /// `2024-07-26`.
  public var description: String {
    [Self.digits(year, 4), Self.digits(month, 2), Self.digits(day, 2)].joined(separator: "-")
  }

  private static func digits(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
  }
}
