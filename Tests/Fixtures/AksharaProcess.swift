import Foundation

/// Runs the built command, for tests of what users see.
public struct AksharaProcess: Sendable {
  /// What a run left.
  public struct Outcome: Sendable {
    /// The exit status; a signal's number plus 128 if it was killed.
    public var status: Int32
    /// Standard output.
    public var output: String
    /// Standard error.
    public var errors: String
  }

  private let binary: String

  /// The binary that `AKSHARA_BINARY` names, or the debug build beside the tests.
  ///
  /// `nil`, with the reason printed, if there is none; in CI that is an error instead.
  ///
  /// - Parameters:
  ///   - name: another executable of the package, which lies beside it.
  public init?(named name: String = "akshara") {
    let environment = ProcessInfo.processInfo.environment
    let debug = Bundle.main.executableURL?.deletingLastPathComponent().appendingPathComponent(
      name
    ).path
    let beside = CommandLine.arguments.first.map {
      URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent(name).path
    }
    let candidates = [
      environment["AKSHARA_BINARY"].map {
        URL(fileURLWithPath: $0).deletingLastPathComponent().appendingPathComponent(
          name == "akshara" ? URL(fileURLWithPath: $0).lastPathComponent : name
        ).path
      }, debug, beside, RepositoryPaths.file(".build/debug/\(name)"),
    ]
    let found = candidates.compactMap(\.self).first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    guard let found else {
      precondition(environment["CI"] == nil, "there is no akshara binary to test")
      print("skipped: there is no akshara binary; build it, or set AKSHARA_BINARY")
      return nil
    }
    binary = found
  }

  /// Runs `akshara` with arguments and waits for it.
  ///
  /// - Parameters:
  ///   - outputTo: a file or device that takes standard output instead.
  ///   - environment: variables besides those of this process.
  public func run(
    _ arguments: [String], input: String? = nil, in folder: String = RepositoryPaths.root,
    outputTo: String? = nil, environment: [String: String] = [:]
  ) throws -> Outcome {
    let process = try Running(
      binary: binary, arguments: arguments, folder: folder, input: input, outputTo: outputTo,
      environment: environment)
    return process.finish()
  }

  /// Starts `akshara`; the caller may kill it.
  public func start(
    _ arguments: [String], in folder: String = RepositoryPaths.root, input: String? = nil
  ) throws -> Running {
    try Running(
      binary: binary, arguments: arguments, folder: folder, input: input, outputTo: nil)
  }

  /// A process that runs.
  public final class Running {
    private let process = Process()
    private let files = TemporaryFolder()

    init(
      binary: String, arguments: [String], folder: String, input: String?, outputTo: String?,
      environment: [String: String] = [:]
    ) throws {
      process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
      process.executableURL = URL(fileURLWithPath: binary)
      process.arguments = arguments
      process.currentDirectoryURL = URL(fileURLWithPath: folder)
      for name in ["output", "errors", "input"] {
        _ = FileManager.default.createFile(
          atPath: files.file(name), contents: name == "input" ? Data((input ?? "").utf8) : nil)
      }
      process.standardInput = FileHandle(forReadingAtPath: files.file("input"))
      process.standardOutput = FileHandle(
        forWritingAtPath: outputTo ?? files.file("output"))
      process.standardError = FileHandle(forWritingAtPath: files.file("errors"))
      try process.run()
    }

    /// Ends the process as a power cut would: with SIGKILL.
    public func killHard() { kill(process.processIdentifier, SIGKILL) }

    /// Ends the process as Ctrl-C would.
    public func interrupt() { kill(process.processIdentifier, SIGINT) }

    /// What stands on standard output so far.
    public var outputSoFar: String { text("output") }

    /// Whether it still runs.
    public var isRunning: Bool { process.isRunning }

    /// Waits for the end.
    public func finish() -> Outcome {
      process.waitUntilExit()
      let isKilled = process.terminationReason == .uncaughtSignal
      return Outcome(
        status: process.terminationStatus + (isKilled ? 128 : 0), output: text("output"),
        errors: text("errors"))
    }

    private func text(_ name: String) -> String {
      String(
        decoding: FileManager.default.contents(atPath: files.file(name)) ?? Data(), as: UTF8.self)
    }
  }
}
