internal import Artifacts
internal import Orthography

extension SpellingPolicy {
  /// Reads a recipe's `curation.normalization`: a name, or a table with one key a choice.
  ///
  /// ```yaml
  /// normalization: standard
  /// normalization: {form: nfc, joiners: drop_without_effect, digits: ascii}
  /// ```
  ///
  /// - Throws: `invalidOption`.
  init(reading node: OptionNode, section: String) throws {
    if case .scalar(let scalar) = node.value {
      guard let named = Self.named.first(where: { $0.name == scalar.string }) else {
        throw AksharaError(
          .invalidOption, "`\(section)` cannot be \(scalar.compactString)", at: node.location,
          remedy: "use one of: \(Self.names), or a table of form, vowels, joiners, nukta, digits, "
            + "dandas and spaces")
      }
      self = named.policy
      return
    }
    var reader = try OptionReader(node, section: section)
    let defaults = SpellingPolicy.formC
    self.init(
      form: try reader.choice("form", Form.self) ?? defaults.form,
      vowels: try reader.choice("vowels", Vowels.self) ?? defaults.vowels,
      joiners: try reader.choice("joiners", Joiners.self) ?? defaults.joiners,
      nukta: try reader.choice("nukta", Nukta.self) ?? defaults.nukta,
      digits: try reader.choice("digits", Digits.self) ?? defaults.digits,
      dandas: try reader.choice("dandas", Dandas.self) ?? defaults.dandas,
      spaces: try reader.choice("spaces", Spaces.self) ?? defaults.spaces)
    try reader.finish()
  }

  /// Reads an argument: a name, or choices such as `joiners=drop_without_effect,digits=ascii`.
  ///
  /// - Throws: `invalidOption`.
  init(argument: String) throws {
    let place = SourceLocation(file: "--normalization")
    guard argument.contains("=") else {
      let node = OptionNode(.scalar(.string(argument)), at: place)
      try self.init(reading: node, section: "normalization")
      return
    }
    let entries = argument.split(separator: ",").map { choice in
      let sides = choice.split(separator: "=", maxSplits: 1).map(String.init)
      return OptionNode.Entry(
        key: sides.first ?? "",
        node: OptionNode(.scalar(.string(sides.count > 1 ? sides[1] : "")), at: place))
    }
    try self.init(reading: OptionNode(.table(entries), at: place), section: "normalization")
  }

  private static var names: String { named.map(\.name).joined(separator: ", ") }

  /// The policy as a recipe writes it: its name where it has one.
  var json: JSONValue {
    if let named = Self.named.first(where: { $0.policy == self }) { return .string(named.name) }
    return [
      "form": .string(form.rawValue), "vowels": .string(vowels.rawValue),
      "joiners": .string(joiners.rawValue), "nukta": .string(nukta.rawValue),
      "digits": .string(digits.rawValue), "dandas": .string(dandas.rawValue),
      "spaces": .string(spaces.rawValue),
    ]
  }
}

extension CurationOptions {
  /// Sets `normalization` from an argument: a name, or choices such as
  /// `joiners=drop_without_effect,digits=ascii`.
  ///
  /// - Throws: `invalidOption`.
  public mutating func setNormalization(_ argument: String) throws {
    normalization = try SpellingPolicy(argument: argument)
  }
}
