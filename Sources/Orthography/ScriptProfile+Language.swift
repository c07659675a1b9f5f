extension ScriptProfile {
  /// Below this fraction of letters in one script a text counts as a mixture.
  ///
  /// A loanword or two in Latin letters leaves a Kannada sentence above it; a sentence that is
  /// half in each script is below.
  static let singleScriptFraction = 0.6

  /// The language that the script alone tells, as a BCP 47 tag; `nil` for a text without letters.
  ///
  /// `kn` for Kannada script, `te` for Telugu, `en` for Latin, `und-Deva` and the like for scripts
  /// that several languages use, `mul` where no script has 60 % of the letters. Kannada and Telugu
  /// in Latin letters are not told from English: whoever knows better says so.
  public var language: String? {
    guard let script = dominantScript else { return nil }
    guard fraction(of: script) >= Self.singleScriptFraction else { return "mul" }
    return switch script {
    case .kannada: "kn"
    case .telugu: "te"
    case .latin: "en"
    default: "und-\(script.code)"
    }
  }
}
