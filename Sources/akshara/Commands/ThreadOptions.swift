import ArgumentParser
import Foundation

/// `--threads`, for every command that works in parallel. Results do not depend on it.
struct ThreadOptions: ParsableArguments {
  @Option(help: "Threads to use; the results are the same for any number.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...1024).contains(threads) else {
      throw ValidationError("--threads is \(threads); give a value from 1 to 1024")
    }
  }
}
