import ArgumentParser
import Artifacts
import Modeling

/// `--adapter DIR`, or `--adapter NAME=DIR` for each of several, and `--use NAME`.
struct AdapterArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      An adapter in PEFT's layout; NAME=FOLDER, and repeated, for several over one base. Without \
      --use and without a name in the row, each of several answers in turn.
      """, valueName: "folder"))
  var adapter: [String] = []

  @Option(help: "The adapter that answers; `base`: none.")
  var use: String?

  /// The name that asks for the base without an adapter.
  private static let base = "base"

  /// A folder with the name before its `=`; a single folder may have none.
  private struct Named {
    let name: String?
    let path: String

    init(_ argument: String) {
      let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
      let isNamed = parts.count == 2 && !parts[0].contains("/") && !Path.exists(argument)
      name = isNamed ? parts[0] : nil
      path = isNamed ? parts[1] : argument
    }
  }

  private var all: [Named] { adapter.map(Named.init) }

  func validate() throws {
    let named = all
    if named.count > 1, let one = named.first(where: { $0.name == nil }) {
      throw ValidationError("several adapters need names: write --adapter NAME=\(one.path)")
    }
    if named.contains(where: { $0.name == Self.base }) {
      throw ValidationError("`base` stands for the model without an adapter; choose another name")
    }
    if let use, use != Self.base, !named.contains(where: { $0.name == use }) {
      throw ValidationError("--use names `\(use)`, which is no --adapter \(use)=FOLDER")
    }
  }

  /// Whether answers say whose they are.
  var isNamed: Bool { all.contains { $0.name != nil } }

  /// The folders by name; one without a name has the empty one.
  func folders() throws -> [(name: String, folder: AdapterFolder)] {
    try all.map { ($0.name ?? "", try AdapterFolder($0.path)) }
  }

  /// The folder of the adapter called `name`.
  func path(of name: String?) -> String? {
    all.first { $0.name ?? "" == name }?.path
  }

  /// Who answers a prompt that names nobody: the adapter of --use, else each of them, else the base.
  var answering: [String?] {
    if let use { return [use == Self.base ? nil : use] }
    let names: [String?] = all.map { $0.name ?? "" }
    return names.isEmpty ? [nil] : names
  }
}
