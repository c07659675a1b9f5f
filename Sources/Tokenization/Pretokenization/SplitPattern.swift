import Artifacts

/// A rule that cuts text into pretokens, pieces that no merge crosses.
///
/// Each case stands for one regular expression, or several applied one after another (`regexes`),
/// and a hand-written scanner does what they say. Code points are classified by
/// `CharacterClassTable`, whose Unicode version is ICU's.
public enum SplitPattern: String, Sendable, Hashable, CaseIterable {
  /// GPT-2's; `tokenizers` calls it `ByteLevel` with `use_regex`.
  case gpt2
  /// OpenAI's `cl100k_base` as tiktoken 0.14 spells it, where white space at the end of a text is
  /// one piece even if it holds line feeds. (tiktoken writes `\p{N}{1,3}+`, which Oniguruma reads
  /// otherwise; `regexes` is the spelling that means the same to both.)
  case cl100k
  /// Llama 3's; also the older spelling of cl100k.
  case llama3
  /// Qwen 2's, Qwen 2.5's and Qwen 3's: as `llama3`, but digits stand alone.
  case qwen2
  /// Qwen 3.5's: as `qwen2`, but marks are letters.
  case qwen35 = "qwen3_5"
  /// OpenAI's `o200k_base`, and Llama 4's, which is the same: words are cut before capitals, marks
  /// are letters, and a contraction stays with its word.
  case o200k
  /// Mistral's tekken (Nemo and later): as `o200k`, but no contractions, and digits stand alone.
  case tekken
  /// DeepSeek V3's and R1's: three expressions, one after another. Digits in threes, Chinese and
  /// Japanese, then the rest.
  case deepseek3
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
  private static let upper = #"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"#
  private static let lower = #"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"#

  /// The regular expressions, in the syntax that Oniguruma (`tokenizers`), fancy-regex
  /// (`tiktoken`) and ICU share. The first cuts the text; each further one the pieces, matched or
  /// not, of the one before it.
  public var regexes: [String] {
    switch self {
    case .gpt2:
      [#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#]
    case .cl100k:
      [
        #"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"#
          + #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s++$|"# + Self.endings
      ]
    case .llama3: [Self.llama3(word: #"\p{L}+"#, digits: #"\p{N}{1,3}"#)]
    case .qwen2: [Self.llama3(word: #"\p{L}+"#, digits: #"\p{N}"#)]
    case .qwen35:
      [Self.llama3(word: #"[\p{L}\p{M}]+"#, digits: #"\p{N}"#, letters: #"\p{L}\p{M}"#)]
    case .o200k: [Self.cased(contractions: Self.contractions + "?", digits: #"\p{N}{1,3}"#)]
    case .tekken: [Self.cased(contractions: "", digits: #"\p{N}"#)]
    case .deepseek3:
      [
        #"\p{N}{1,3}"#, "[一-龥\u{3040}-ゟ゠-ヿ]+",
        ##"[!"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+"##
          + #"| ?[\p{P}\p{S}]+[\r\n]*|"# + Self.endings,
      ]
    case .indic:
      [
        Self.contractions
          + #"|[^\r\n\p{L}\p{M}\p{N}]?[\p{L}\p{M}][\p{L}\p{M}\u200C\u200D]*|\p{N}{1,3}"#
          + #"| ?[^\s\p{L}\p{M}\p{N}]+[\r\n]*|"# + Self.endings
      ]
    case .gpt2Indic: Self.gpt2.regexes.map(IndicWords.regex)
    case .cl100kIndic: Self.cl100k.regexes.map(IndicWords.regex)
    case .llama3Indic: Self.llama3.regexes.map(IndicWords.regex)
    case .qwen2Indic: Self.qwen2.regexes.map(IndicWords.regex)
    }
  }

  /// The pattern that cuts as this one, but keeps Kannada and Telugu words whole: itself, if marks
  /// are letters to it.
  public var keepingIndicWords: SplitPattern {
    switch self {
    case .gpt2: .gpt2Indic
    case .cl100k: .cl100kIndic
    case .llama3: .llama3Indic
    case .qwen2: .qwen2Indic
    case .qwen35, .o200k, .tekken, .deepseek3, .indic, .gpt2Indic, .cl100kIndic, .llama3Indic,
      .qwen2Indic:
      self
    }
  }

  /// Llama 3's expression with some parts exchanged; `letters` is what is not punctuation.
  private static func llama3(
    word: String, digits: String, letters: String = #"\p{L}"#
  ) -> String {
    #"\#(contractions)|[^\r\n\p{L}\p{N}]?\#(word)|\#(digits)"#
      + #"| ?[^\s\#(letters)\p{N}]+[\r\n]*|"# + endings
  }

  /// The expressions that cut words before capitals.
  private static func cased(contractions: String, digits: String) -> String {
    #"[^\r\n\p{L}\p{N}]?\#(upper)*\#(lower)+\#(contractions)"#
      + #"|[^\r\n\p{L}\p{N}]?\#(upper)+\#(lower)*\#(contractions)|\#(digits)"#
      + #"| ?[^\s\p{L}\p{N}]+[\r\n/]*|"# + endings
  }

  /// The pattern whose regular expressions are `regexes`, character for character; only a carriage
  /// return or a line feed may stand for itself, as in DeepSeek's file.
  public init?(regexes: [String]) {
    func spelled(_ regex: String) -> [UInt8] {
      regex.utf8.flatMap {
        $0 == 0x0D ? Array(#"\r"#.utf8) : $0 == 0x0A ? Array(#"\n"#.utf8) : [$0]
      }
    }
    let wanted = regexes.map(spelled)
    guard let pattern = Self.allCases.first(where: { $0.regexes.map(spelled) == wanted }) else {
      return nil
    }
    self = pattern
  }

  /// The names of all patterns, for help texts and errors.
  public static let names = allCases.map(\.rawValue).joined(separator: ", ")

  /// The error for a file that does not say how text is split, where nobody else has.
  static func missing(in file: String, at location: SourceLocation) -> AksharaError {
    AksharaError(
      .invalidOption, "\(file) does not say how text is split", at: location,
      remedy: "name the split pattern: \(names); for a command without `--pattern`, make a "
        + "tokenizer.json of the file first: akshara tokenizer convert")
  }

  /// The pattern called `name`.
  ///
  /// - Throws: `invalidOption`.
  public init(named name: String) throws {
    guard let pattern = SplitPattern(rawValue: name) else {
      throw AksharaError(
        .invalidOption, "there is no split pattern `\(name)`",
        remedy: "use one of: \(Self.names)")
    }
    self = pattern
  }
}
