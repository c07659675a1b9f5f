import ArgumentParser
import Artifacts
import Conversations

/// How the characters of texts are written: shared by `import` and `inspect`.
struct EncodingArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      How texts are encoded: \(ImportOptions.encodingNames.joined(separator: ", ")). Without it texts must \
      be UTF-8; auto finds it out, says what it found, and stops where that is not certain.
      """, valueName: "name"))
  var encoding: String?

  /// Sets what was chosen.
  ///
  /// - Throws: `invalidOption` for an unknown name.
  func apply(to options: inout ImportOptions) throws {
    if let encoding { options.encoding = try ImportOptions.encoding(encoding) }
  }
}
