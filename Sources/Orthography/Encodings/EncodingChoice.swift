/// What a user says about the encoding of a file: its name, or that it shall be found out.
///
/// ```swift
/// EncodingChoice(name: "auto")           // .automatic
/// EncodingChoice(name: "iscii-kannada")  // .named(.isciiKannada)
/// ```
public enum EncodingChoice: Sendable, Equatable {
  /// Found out from the bytes.
  case automatic
  /// Known.
  case named(TextEncoding)

  /// The choice of this name; `nil` where there is none. `names` lists what an error can offer.
  public init?(name: String) {
    if name.lowercased() == "auto" {
      self = .automatic
    } else if let encoding = TextEncoding(name: name) {
      self = .named(encoding)
    } else {
      return nil
    }
  }

  /// Its name, as `init(name:)` takes it.
  public var name: String {
    switch self {
    case .automatic: "auto"
    case .named(let encoding): encoding.rawValue
    }
  }

  /// The names, `auto` first.
  public static let names = ["auto"] + TextEncoding.allCases.map(\.rawValue)
}

extension DecodedText {
  /// Decodes a whole text as a user wishes: the one way in for files of any encoding.
  public init(_ bytes: [UInt8], as choice: EncodingChoice) {
    switch choice {
    case .automatic: self.init(bytes)
    case .named(let encoding): self.init(bytes, as: encoding)
    }
  }
}
