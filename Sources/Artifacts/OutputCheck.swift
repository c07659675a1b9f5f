/// Keeps a command from replacing what it reads.
public enum OutputCheck {
  /// Refuses outputs that are one of the inputs, or one another.
  ///
  /// - Parameters:
  ///   - inputs: files and patterns that are read.
  ///   - outputs: files that will be written.
  /// - Throws: `invalidOption`.
  public static func refuseReplacing(inputs: [String], by outputs: [String]) throws {
    let files = inputs.flatMap(Path.glob)
    for (index, output) in outputs.enumerated() {
      let location = SourceLocation(file: output)
      if let input = files.first(where: { Path.isSameFile($0, output) }) {
        throw AksharaError(
          .invalidOption, "the output would replace the input `\(input)`", at: location,
          remedy: "choose another output")
      }
      let others = outputs[..<index]
      if others.contains(where: { Path.normalized($0) == Path.normalized(output) }) {
        throw AksharaError(
          .invalidOption, "two outputs have the same path", at: location,
          remedy: "choose another for one of them")
      }
    }
  }
}
