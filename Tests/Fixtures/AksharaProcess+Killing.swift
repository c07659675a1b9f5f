import Foundation

extension AksharaProcess {
  /// Starts the command again and again, kills it hard after a delay, and at last lets it finish.
  ///
  /// The delay grows, so that all of the work is covered however fast the machine is.
  ///
  /// - Parameters:
  ///   - delay: seconds until the first kill.
  ///   - growth: by what each next delay is longer.
  ///   - afterKill: looks at what a killed run left.
  /// - Returns: how the run ended that was not killed, and how many were.
  public func runUnderKills(
    _ arguments: [String], delay: Double, growth: Double, afterKill: () throws -> Void = {}
  ) throws -> (last: Outcome, kills: Int) {
    var (delay, kills) = (delay, 0)
    while true {
      let process = try start(arguments)
      let end = Date.now.addingTimeInterval(delay)
      while process.isRunning, Date.now < end { usleep(500) }
      guard process.isRunning else { return (process.finish(), kills) }
      process.killHard()
      _ = process.finish()
      kills += 1
      try afterKill()
      delay *= growth
    }
  }
}
