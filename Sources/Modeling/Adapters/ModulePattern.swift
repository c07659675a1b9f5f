internal import Artifacts

/// A value for the modules whose name a regular expression fits, as PEFT's `rank_pattern` has them.
///
/// A pattern fits a name if it matches the whole of it, or what stands behind one of its dots:
/// `q_proj` and `layers\.[01]\..*` both fit `model.layers.1.self_attn.q_proj`.
public struct ModulePattern<Value: Sendable & Equatable>: Sendable, Equatable {
  /// The regular expression.
  public var pattern: String
  /// The value.
  public var value: Value

  /// A value for what `pattern` fits.
  public init(_ pattern: String, _ value: Value) {
    self.pattern = pattern
    self.value = value
  }
}

extension [ModulePattern<Int>] {
  /// The value of the first pattern that fits; `nil` if none does.
  func value(for module: String, key: String) throws -> Int? {
    try first { try ModuleRegex(suffix: $0.pattern, key: key).fits(module) }?.value
  }
}

extension [ModulePattern<Double>] {
  /// The value of the first pattern that fits; `nil` if none does.
  func value(for module: String, key: String) throws -> Double? {
    try first { try ModuleRegex(suffix: $0.pattern, key: key).fits(module) }?.value
  }
}

/// A regular expression over the names of modules.
struct ModuleRegex {
  private let regex: Regex<AnyRegexOutput>

  /// One that must match the whole name.
  ///
  /// - Throws: `invalidOption`, with the key that holds it, if it is none.
  init(whole pattern: String, key: String) throws {
    guard let regex = try? Regex(pattern) else {
      throw AksharaError(
        .invalidOption, "`\(key)` has `\(pattern)`, which is no regular expression",
        remedy: "escape what is meant literally, or give a list of names")
    }
    self.regex = regex
  }

  /// One that must match the whole name or what stands behind a dot of it.
  init(suffix pattern: String, key: String) throws {
    try self.init(whole: "(?:.*\\.)?(?:\(pattern))", key: key)
  }

  func fits(_ module: String) -> Bool { module.wholeMatch(of: regex) != nil }
}
