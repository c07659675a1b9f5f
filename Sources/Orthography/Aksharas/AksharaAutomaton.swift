/// `AksharaState.step`, tabulated: 256 bytes a state, 10 kB in all.
struct AksharaAutomaton: @unchecked Sendable {
  /// Set in an entry where a cluster ends before the character; the rest is the next state.
  static let isBreak: UInt8 = 0x80

  /// The number of `AksharaState.start`.
  static let start: UInt8 = 0
  /// The number of `AksharaState.other`.
  static let other: UInt8 = 1

  /// The entry of state `s` and symbol `c` is at `s * 256 + c`.
  // Written once in `init`, never freed: there is one automaton in the process.
  let entries: UnsafePointer<UInt8>

  /// The automaton.
  static let shared = AksharaAutomaton()

  private init() {
    let states = AksharaState.all
    let numbers = Dictionary(uniqueKeysWithValues: states.enumerated().map { ($1, UInt8($0)) })
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: states.count * 256)
    for (number, state) in states.enumerated() {
      for symbol in UInt8.min...UInt8.max {
        let step = state.step(AksharaSymbol(rawValue: symbol))
        let next = numbers[step.state] ?? Self.start
        table[number * 256 + Int(symbol)] = next | (step.isBreak ? Self.isBreak : 0)
      }
    }
    entries = UnsafePointer(table)
  }
}
