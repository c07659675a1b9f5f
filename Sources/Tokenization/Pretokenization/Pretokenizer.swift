import Artifacts

/// Cuts text into pretokens: a `PretokenRule`, checked and ready to run.
///
/// A rule that says the same as a named pattern runs as that pattern, whatever its shape; any other
/// runs step by step. Immutable; safe to share between threads.
public struct Pretokenizer: Sendable, Hashable {
  /// What a `tokenizer.json` says.
  public let rule: PretokenRule
  /// The named pattern that cuts as `rule` says, if there is one.
  public let pattern: SplitPattern?

  /// A named pattern.
  public init(_ pattern: SplitPattern) {
    self.pattern = pattern
    rule = pattern.rule
  }

  /// A rule.
  ///
  /// - Throws: `unsupported` for what Akshara does not cut as `tokenizers` does.
  public init(_ rule: PretokenRule, at location: SourceLocation? = nil) throws {
    self.rule = rule
    pattern = SplitPattern(rule: rule)
    guard pattern != nil else {
      throw AksharaError(
        .unsupported, "the pretokenizer is none of the named patterns", at: location,
        remedy: "use one of: " + SplitPattern.allCases.map(\.rawValue).joined(separator: ", "))
    }
  }

  /// Whether U+0020 belongs before a text that does not begin with it (`add_prefix_space`). The
  /// scanner takes the text as it is; its caller puts the space there.
  public var addsPrefixSpace: Bool { rule.parts.contains { $0.addsPrefixSpace } }

  public static func == (left: Pretokenizer, right: Pretokenizer) -> Bool {
    left.rule == right.rule
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(rule) }
}

extension PretokenRule {
  /// The rules of nested sequences in one list.
  var parts: [PretokenRule] {
    if case .sequence(let rules) = self { rules.flatMap(\.parts) } else { [self] }
  }

  /// Whether it is a `ByteLevel` with `add_prefix_space`.
  var addsPrefixSpace: Bool {
    if case .byteLevel(_, addsPrefixSpace: true) = self { true } else { false }
  }
}

extension SplitPattern {
  /// The pattern as a byte-level `tokenizer.json` spells it.
  public var rule: PretokenRule {
    if self == .gpt2 { return .byteLevel(usesRegex: true, addsPrefixSpace: false) }
    return .sequence(
      regexes.map { .split(.regex($0), .isolated, inverted: false) }
        + [.byteLevel(usesRegex: false, addsPrefixSpace: false)])
  }

  /// The pattern that cuts as `rule` says. Every pattern's expression matches all of a text, so
  /// `Isolated` and an inverted `Removed` say the same.
  init?(rule: PretokenRule) {
    var regexes: [String] = []
    for part in rule.parts {
      switch part {
      case .split(.regex(let regex), .isolated, inverted: false),
        .split(.regex(let regex), .removed, inverted: true):
        regexes.append(regex)
      case .byteLevel(usesRegex: true, _): regexes += SplitPattern.gpt2.regexes
      case .byteLevel(usesRegex: false, _): continue
      default: return nil
      }
    }
    self.init(regexes: regexes)
  }
}
