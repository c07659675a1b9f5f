import ArgumentParser

/// `akshara template`.
struct TemplateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "template",
    abstract: "Shows what chat templates make of conversations.",
    subcommands: [TemplateRenderCommand.self])
}
