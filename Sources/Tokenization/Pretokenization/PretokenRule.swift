/// How text is cut into pretokens, as the `pre_tokenizer` of a `tokenizer.json` says it: one case
/// for each `type` of `tokenizers`, with the fields of its JSON object.
///
/// ```
/// {"type": "Sequence", "pretokenizers": [
///   {"type": "Split", "pattern": {"Regex": "\\d"}, "behavior": "Isolated", "invert": false},
///   {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false}]}
///
/// .sequence([
///   .split(.regex(#"\d"#), .isolated, inverted: false),
///   .byteLevel(usesRegex: false, addsPrefixSpace: false)])
/// ```
///
/// A `pre_tokenizer` of `null` is `.sequence([])`: the text is one pretoken. What changes the text
/// before it is cut (`Metaspace`'s replacement, normalizers) is not said here.
///
/// Source: `tokenizers` 0.23, `pre_tokenizers/*.rs` and `tokenizer/normalizer.rs`.
public indirect enum PretokenRule: Sendable, Hashable {
  /// `Split`: the matches of `pattern` and the text between them, each treated as `behavior` says.
  /// With `invert`, the text between matches counts as matched, and the matches as between.
  case split(SplitTarget, SplitBehavior, inverted: Bool)
  /// `ByteLevel`: with `use_regex`, cuts as GPT-2 does. It also spells bytes as characters, which
  /// is of no account here, since tokens are bytes; so is `trim_offsets`. `add_prefix_space` wants
  /// U+0020 before a text that does not begin with it: whoever gives the text to the scanner puts
  /// it there (`Pretokenizer.addsPrefixSpace`).
  case byteLevel(usesRegex: Bool, addsPrefixSpace: Bool)
  /// `Digits`: runs of `\p{N}` stand apart; with `individual_digits` each by itself.
  case digits(individual: Bool)
  /// `Punctuation`: matches are single characters of `\p{P}`, or ASCII's punctuation and symbols.
  case punctuation(SplitBehavior)
  /// `Whitespace`: keeps `\w+` and `[^\w\s]+`; what is between them is removed.
  case whitespace
  /// `WhitespaceSplit`: keeps what is between white space.
  case whitespaceSplit
  /// `Sequence`: each cuts the pieces of the one before it.
  case sequence([PretokenRule])
}

/// What a `Split` looks for.
public enum SplitTarget: Sendable, Hashable {
  /// `{"Regex": …}`: a regular expression in Oniguruma's syntax.
  case regex(String)
  /// `{"String": …}`: a text as it is.
  case text(String)

  /// Kind and bytes: Swift's strings are equal if they are canonically equivalent, patterns are not.
  private var identity: [UInt8] {
    switch self {
    case .regex(let text): [0] + text.utf8
    case .text(let text): [1] + text.utf8
    }
  }

  public static func == (left: SplitTarget, right: SplitTarget) -> Bool {
    left.identity == right.identity
  }

  public func hash(into hasher: inout Hasher) { hasher.combine(identity) }
}

/// What becomes of a match of a `Split`. The example cuts `a--b` at `-`.
public enum SplitBehavior: String, Sendable, Hashable, CaseIterable {
  /// `a|b`: the matches belong to no pretoken.
  case removed = "Removed"
  /// `a|-|-|b`.
  case isolated = "Isolated"
  /// `a-|-|b`: a match goes with what is before it, unless that is a match too.
  case mergedWithPrevious = "MergedWithPrevious"
  /// `a|-|-b`.
  case mergedWithNext = "MergedWithNext"
  /// `a|--|b`.
  case contiguous = "Contiguous"
}
