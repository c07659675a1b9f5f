internal import Artifacts
internal import Foundation

/// Has `pdftotext` (poppler) take the text out of a PDF, with the lines where they stood.
enum PDFText {
  /// The most text that is taken, in bytes.
  private static let longest = 64 << 20

  /// The text; pages end with a form feed.
  ///
  /// - Throws: `unsupported` where `pdftotext` is not installed or the PDF has no text; `malformed` for
  ///   what `pdftotext` cannot read.
  static func text(of path: String) throws -> [UInt8] {
    let location = SourceLocation(file: path)
    guard let tool = find("pdftotext") else {
      throw AksharaError(
        .unsupported, "PDFs are read with `pdftotext`, which is not installed", at: location,
        remedy: "install poppler-utils, or save the document as text")
    }
    let (output, errors, status) = try run(tool, path)
    guard status == 0 else {
      let line = errors.split(separator: "\n").first.map(String.init) ?? "status \(status)"
      throw AksharaError(
        .malformed, "pdftotext cannot read it: \(line)", at: location,
        remedy: "check that it is a whole PDF without a password")
    }
    guard output.count < longest else {
      throw AksharaError(
        .malformed, "the text is longer than \(longest >> 20) MiB", at: location,
        remedy: "cut the PDF into several")
    }
    guard output.contains(where: { $0 > 0x20 }) else {
      throw AksharaError(
        .unsupported, "the PDF has no text: its pages are pictures", at: location,
        remedy: "run a character recognition (OCR) over it first")
    }
    return output
  }

  private static func find(_ name: String) -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    return folders.map { Path.join(String($0), name) }.first {
      FileManager.default.isExecutableFile(atPath: $0)
    }
  }

  private static func run(
    _ tool: String, _ path: String
  ) throws -> (output: [UInt8], errors: String, status: Int32) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: tool)
    // A name that begins with `-` must not be taken for an option.
    let file = path.hasPrefix("-") ? "./" + path : path
    process.arguments = ["-layout", "-enc", "UTF-8", "-q", file, "-"]
    let (output, errors) = (Pipe(), Pipe())
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let bytes = (try? output.fileHandleForReading.read(upToCount: longest)) ?? Data()
    // What is longer is not waited for.
    if bytes.count >= longest { process.terminate() }
    let said = (try? errors.fileHandleForReading.read(upToCount: 4_096)) ?? Data()
    process.waitUntilExit()
    return (
      Array(bytes), String(decoding: said, as: UTF8.self),
      bytes.count >= longest ? 0 : process.terminationStatus
    )
  }
}
