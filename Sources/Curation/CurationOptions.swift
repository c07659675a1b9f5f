public import Artifacts
public import Orthography

/// What curation keeps, changes and drops: a recipe's `curation`.
public struct CurationOptions: Sendable, Equatable {
  /// Which duplicates are dropped.
  public enum Duplicates: String, Sendable, CaseIterable {
    /// Conversations whose messages are equal in form C, but for the first.
    case exact
    /// None.
    case none
  }

  /// `min_characters`: how many Unicode scalars all answers of a conversation have together at
  /// least, without white space at their ends.
  public var minCharacters = 0
  /// `drop_empty`: whether conversations with an empty answer or question are dropped.
  public var dropEmpty = true
  /// `drop_duplicates`: which duplicates are dropped.
  public var dropDuplicates = Duplicates.exact
  /// `scripts`: the ISO 15924 codes of the scripts that answers may mostly be written in; an empty
  /// list allows all.
  public var scripts = ["Knda", "Telu", "Latn"]
  /// `normalization`: how the text of messages is normalized; a name, or a table of choices.
  public var normalization = SpellingPolicy.formC
  /// `validation_fraction`: the fraction of groups, in each language, that is held out while
  /// training.
  public var validationFraction = 0.1
  /// `test_fraction`: the fraction that is held out until the end.
  public var testFraction = 0.0
  /// `seed`: decides which groups are held out.
  public var seed = 0

  /// The defaults.
  public init() {}

  /// Reads a recipe's `curation`.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    let defaults = CurationOptions()
    minCharacters =
      try reader.integer("min_characters", in: 0...Int(Int32.max)) ?? defaults.minCharacters
    dropEmpty = try reader.boolean("drop_empty") ?? defaults.dropEmpty
    dropDuplicates =
      try reader.choice("drop_duplicates", Duplicates.self) ?? defaults.dropDuplicates
    scripts = try reader.strings("scripts") ?? defaults.scripts
    normalization =
      try reader.node("normalization").map {
        try SpellingPolicy(reading: $0, section: "\(reader.section).normalization")
      } ?? defaults.normalization
    validationFraction =
      try reader.number("validation_fraction", in: 0...1) ?? defaults.validationFraction
    testFraction = try reader.number("test_fraction", in: 0...1) ?? defaults.testFraction
    seed = try reader.integer("seed", in: 0...Int(Int32.max)) ?? defaults.seed
    try reader.finish()
    try check(at: reader.location)
  }

  /// Refuses values that cannot be.
  ///
  /// - Throws: `invalidOption`.
  public func check(at location: SourceLocation? = nil) throws {
    for code in scripts where Script(code: code) == nil {
      throw AksharaError(
        .invalidOption, "there is no script `\(code)`", at: location,
        remedy: "use ISO 15924 codes such as Knda, Telu, Latn, Deva")
    }
    for (key, value) in [
      ("validation_fraction", validationFraction), ("test_fraction", testFraction),
    ] where !(0..<1).contains(value) {
      throw AksharaError(
        .invalidOption, "`\(key)` is \(value)", at: location,
        remedy: "give a fraction from 0 to below 1")
    }
    guard validationFraction + testFraction < 1 else {
      throw AksharaError(
        .invalidOption,
        "`validation_fraction` \(validationFraction) and `test_fraction` \(testFraction) leave "
          + "nothing to train on", at: location, remedy: "give fractions with a sum below 1")
    }
  }

  /// All resolved values.
  public var json: JSONValue {
    [
      "min_characters": JSONValue(minCharacters), "drop_empty": .bool(dropEmpty),
      "drop_duplicates": .string(dropDuplicates.rawValue),
      "scripts": .array(scripts.map(JSONValue.string)),
      "normalization": normalization.json,
      "validation_fraction": .number(validationFraction), "test_fraction": .number(testFraction),
      "seed": JSONValue(seed),
    ]
  }
}
