/// What opens the page: a random word that only whoever started the server was shown.
struct AccessToken: Sendable {
  /// 256 random bits as 64 hexadecimal digits.
  let text: String

  /// A new one, from the system's random numbers (`getrandom`).
  init() {
    var generator = SystemRandomNumberGenerator()
    text = (0..<4).map { _ in
      let digits = String(generator.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
  }

  /// Whether this is it; takes as long whatever is wrong with it.
  func matches(_ candidate: some StringProtocol) -> Bool {
    let (own, other) = (Array(text.utf8), Array(candidate.utf8))
    var difference = UInt8(own.count == other.count ? 0 : 1)
    for index in own.indices {
      difference |= own[index] ^ (index < other.count ? other[index] : 0)
    }
    return difference == 0
  }
}
