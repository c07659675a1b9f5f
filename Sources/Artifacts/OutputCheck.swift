/// Keeps a command from replacing what it reads.
public enum OutputCheck {
  /// Refuses outputs that are one of the inputs, or one another.
  ///
  /// - Parameters:
  ///   - inputs: files and patterns that are read.
  ///   - outputs: files that will be written.
  /// - Throws: `invalidOption`.
  public static func refuseReplacing(inputs: [String], by outputs: [String]) throws {
    try refuseReplacing(files: inputs.flatMap(Path.glob), by: outputs)
  }

  /// Refuses outputs that are one of the files, or one another.
  ///
  /// - Parameters:
  ///   - files: files that are read, each by its very name.
  ///   - outputs: files that will be written.
  /// - Throws: `invalidOption`.
  public static func refuseReplacing(files: [String], by outputs: [String]) throws {
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
