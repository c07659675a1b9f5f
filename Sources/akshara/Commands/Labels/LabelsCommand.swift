import ArgumentParser

/// `akshara labels`.
struct LabelsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "labels",
    abstract: "Looks at what a shard set trains on, and proves it.",
    subcommands: [
      LabelsShowCommand.self, LabelsVerifyCommand.self, LabelsReportCommand.self,
      LabelsApproveCommand.self, LabelsDiffCommand.self,
    ])
}
