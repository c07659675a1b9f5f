import ArgumentParser
import Artifacts
import Foundation

/// The command `akshara`.
@main
struct Akshara: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "akshara",
    abstract: "Turns raw Kannada, Telugu and English text into fine-tuned language models.",
    discussion: """
      scenes, snippets, data sets → conversations → curated → rendered and labelled → shards → \
      batches → adapter → answers

      `akshara run RECIPE` does the whole chain and goes on where it was interrupted; each stage \
      is a command of its own. Data goes to standard output or --output, messages to standard \
      error. Exit status: 0 done, 1 the work failed, 2 the call was wrong, 3 a check found faults.
      """,
    version: AksharaVersion.text,
    subcommands: [
      RunCommand.self, InspectCommand.self, PullCommand.self, ImportCommand.self,
      CurateCommand.self, TokenizerCommand.self, ResizeCommand.self, QuantizeCommand.self,
      ShardCommand.self, LabelsCommand.self, TemplateCommand.self, EstimateCommand.self,
      TrainCommand.self, GenerateCommand.self, MergeCommand.self, ProbeCommand.self,
      ExportCommand.self, TransliterateCommand.self, ViewCommand.self, VerifyCommand.self,
      DoctorCommand.self,
    ])

  /// Parses and runs, and turns every error into one sentence and an exit status.
  static func main() {
    // A reader that goes away (`akshara … | head`) ends the program quietly, not with a signal.
    signal(SIGPIPE, SIG_DFL)
    // A file that would grow past a limit (`ulimit -f`) is an error like a full disk.
    signal(SIGXFSZ, SIG_IGN)
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch let error as AksharaError {
      StandardError.print("akshara: \(error)")
      Foundation.exit(ExitStatus(error).rawValue)
    } catch let error as ExitCode {
      Foundation.exit(error.rawValue)
    } catch {
      finish(with: error)
    }
  }

  /// Help and version print to standard output and are no error; a wrong call exits with 2.
  private static func finish(with error: any Error) -> Never {
    let isRequest = exitCode(for: error).isSuccess
    guard !isRequest else { exit(withError: error) }
    let isWrongCall = exitCode(for: error) == .validationFailure
    StandardError.print(isWrongCall ? fullMessage(for: error) : "akshara: \(error)")
    Foundation.exit((isWrongCall ? ExitStatus.wrongCall : .failed).rawValue)
  }
}

/// The exit statuses of every command.
enum ExitStatus: Int32 {
  /// Done.
  case done = 0
  /// The work failed.
  case failed = 1
  /// The call was wrong.
  case wrongCall = 2
  /// A check found faults.
  case faultsFound = 3

  init(_ error: AksharaError) {
    switch error.code {
    case .invalidOption: self = .wrongCall
    case .checkFailed: self = .faultsFound
    default: self = .failed
    }
  }
}
