import Artifacts
import Orthography

/// A rule that cuts text into pretokens, pieces that no merge crosses.
///
/// Each case stands for one regular expression (`regex`), and a hand-written scanner does what it
/// says. Code points are classified by `CharacterClassTable`, whose Unicode version is ICU's.
public enum SplitPattern: String, Sendable, Hashable, CaseIterable {
  /// GPT-2's; `tokenizers` calls it `ByteLevel` with `use_regex`.
  case gpt2
  /// OpenAI's `cl100k_base` as tiktoken 0.14 spells it, where white space at the end of a text is
  /// one piece even if it holds line feeds. (tiktoken writes `\p{N}{1,3}+`, which Oniguruma reads
  /// otherwise; `regex` is the spelling that means the same to both.)
  case cl100k
  /// Llama 3's; also the older spelling of cl100k.
  case llama3
  /// Qwen 2's: as `llama3`, but digits stand alone.
  case qwen2
  /// Akshara's own: as `llama3`, but marks are letters, and ZWJ and ZWNJ inside a word belong to
  /// it. No Kannada or Telugu word is cut at its vowel signs.
  case indic
  /// `gpt2`, `cl100k`, `llama3` and `qwen2` for a vocabulary that was extended with Kannada and
  /// Telugu: see `IndicWords`. They cut every text without these two scripts as the original does.
  case gpt2Indic = "gpt2-indic"
  case cl100kIndic = "cl100k-indic"
  case llama3Indic = "llama3-indic"
  case qwen2Indic = "qwen2-indic"

  private static let contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
  private static let endings = #"\s*[\r\n]+|\s+(?!\S)|\s+"#

  /// The regular expression, in the syntax that Oniguruma (`tokenizers`), fancy-regex
  /// (`tiktoken`) and ICU share.
  public var regex: String {
    switch self {
    case .gpt2:
      #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    case .cl100k:
      #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s++$|"# + Self.endings
    case .llama3:
      Self.contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + Self.endings
    case .qwen2:
      Self.contractions + #"|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}"#
        + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|"# + Self.endings
    case .indic:
      Self.contractions
        + #"|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}][\p{L}\p{M}\u200C\u200D]*|\p{N}{1,3}"#
        + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"# + Self.endings
    case .gpt2Indic: IndicWords.regex(extending: SplitPattern.gpt2.regex)
    case .cl100kIndic: IndicWords.regex(extending: SplitPattern.cl100k.regex)
    case .llama3Indic: IndicWords.regex(extending: SplitPattern.llama3.regex)
    case .qwen2Indic: IndicWords.regex(extending: SplitPattern.qwen2.regex)
    }
  }

  /// The pattern that cuts as this one, but keeps Kannada and Telugu words whole; `nil` where there
  /// is none. `indic` keeps them already, and is its own.
  public var keepingIndicWords: SplitPattern? {
    switch self {
    case .gpt2: .gpt2Indic
    case .cl100k: .cl100kIndic
    case .llama3: .llama3Indic
    case .qwen2: .qwen2Indic
    case .indic, .gpt2Indic, .cl100kIndic, .llama3Indic, .qwen2Indic: self
    }
  }

  /// The pattern whose regular expression is `regex`, character for character.
  public init?(regex: String) {
    guard let pattern = Self.allCases.first(where: { $0.regex == regex }) else { return nil }
    self = pattern
  }

  /// The pattern called `name`.
  ///
  /// - Throws: `invalidOption`.
  public init(named name: String) throws {
    guard let pattern = SplitPattern(rawValue: name) else {
      throw AksharaError(
        .invalidOption, "there is no split pattern `\(name)`",
        remedy: "use one of: " + Self.allCases.map(\.rawValue).joined(separator: ", "))
    }
    self = pattern
  }
}

/// What the alternatives of a split pattern accept, for the scanner.
struct SplitRules {
  /// `'S` counts like `'s`.
  var contractionsIgnoreCase = true
  /// What a word begins with.
  var wordStart: CharacterClass = .letter
  /// What a word goes on with.
  var wordPart: CharacterClass = .letter
  /// The one character that may stand before a word, taken with it. `nil`: only U+0020.
  var wordPrefix: CharacterClass? = [.mark, .space, .joiner, .other]
  /// The most digits in a piece.
  var digits = 3
  /// Whether U+0020 before digits goes with them.
  var spaceBeforeDigits = false
  /// What punctuation is made of.
  var punctuation: CharacterClass = [.mark, .joiner, .other]
  /// Whether line ends go with what stands before them: punctuation, or white space.
  var newlinesEndPieces = true
  /// Whether white space at the end of the text is one piece, line ends or not.
  var joinsFinalWhitespace = false
  /// Whether Kannada and Telugu words are pieces of their own, with their marks (`IndicWords`).
  var keepsIndicWords = false

  init(_ pattern: SplitPattern) {
    switch pattern {
    case .gpt2Indic, .cl100kIndic, .llama3Indic, .qwen2Indic: keepsIndicWords = true
    default: break
    }
    switch pattern {
    case .gpt2, .gpt2Indic:
      contractionsIgnoreCase = false
      wordPrefix = nil
      digits = .max
      spaceBeforeDigits = true
      newlinesEndPieces = false
    case .cl100k, .cl100kIndic: joinsFinalWhitespace = true
    case .llama3, .llama3Indic: break
    case .qwen2, .qwen2Indic: digits = 1
    case .indic:
      wordStart = [.letter, .mark]
      wordPart = [.letter, .mark, .joiner]
      wordPrefix = [.space, .joiner, .other]
      punctuation = [.joiner, .other]
    }
  }
}
