import ArgumentParser
import Tokenization

/// `akshara tokenizer encode`.
struct TokenizerEncodeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "encode",
    abstract: "Reads documents from standard input, one a line; writes their token IDs.")

  @OptionGroup var source: TokenizerSource

  @Option(
    help: "`allow`: the texts of special tokens become those tokens. `text`: they stay text.")
  var special: SpecialTokenPolicy = .asText

  @Flag(help: "Take all of standard input as one document.")
  var whole = false

  @Flag(help: "Take each line as a JSON string, which can hold line feeds.")
  var strings = false

  @Flag(help: "Add the tokens that the file puts around a text, such as the one that begins it.")
  var framed = false

  @Flag(help: #"Write {"ids": […], "ends": […]}; "ends" are the byte offsets behind the tokens."#)
  var json = false

  @OptionGroup var parallel: ThreadOptions

  func validate() throws {
    if whole && strings { throw ValidationError("--whole and --strings exclude each other") }
  }

  func run() throws {
    let layout: DocumentReader.Layout = whole ? .whole : strings ? .jsonString : .line
    try TokenStream(source.read(), threads: parallel.threads, framesTexts: framed).encode(
      from: DocumentReader("-", layout: layout), specials: special, as: json ? .json : .ids,
      write: StandardOutput.write)
  }
}

extension SpecialTokenPolicy: ExpressibleByArgument {
  /// `allow` or `text`.
  public init?(argument: String) {
    switch argument {
    case "allow": self = .allow
    case "text": self = .asText
    default: return nil
    }
  }

  /// The word for this policy.
  public var defaultValueDescription: String { self == .allow ? "allow" : "text" }
}
