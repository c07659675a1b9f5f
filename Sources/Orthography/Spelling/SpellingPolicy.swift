/// What a normalizer changes. Each part is a choice of its own; whatever is not named here stays as
/// it is, above all the colon: "ರಾಮು:" is a name and a colon, never a visarga.
public struct SpellingPolicy: Sendable, Equatable {
  /// Canonically equivalent spellings.
  public enum Form: String, Sendable, CaseIterable {
    /// Unicode's form C.
    case nfc
    /// As they are.
    case keep
  }

  /// Vowels written as sequences that look like another vowel but are not equivalent to it.
  public enum Vowels: String, Sendable, CaseIterable {
    /// As they are.
    case keep
    /// Written as the one character that Unicode has for them.
    case compose
  }

  /// ZWJ and ZWNJ.
  public enum Joiners: String, Sendable, CaseIterable {
    /// As they are.
    case keep
    /// Left out where they cannot change how anything is written (`JoinerRule`).
    case dropWithoutEffect = "drop_without_effect"
  }

  /// The Kannada and Telugu nukta (ಫ಼, ಜ಼).
  public enum Nukta: String, Sendable, CaseIterable {
    /// As it is.
    case keep
    /// Put directly behind its consonant.
    case order
    /// Left out: ಜ಼ becomes ಜ. This loses the difference between them.
    case drop
  }

  /// Kannada and Telugu digits.
  public enum Digits: String, Sendable, CaseIterable {
    /// As they are.
    case keep
    /// Written as 0–9.
    case ascii
  }

  /// Dandas, । and ॥.
  public enum Dandas: String, Sendable, CaseIterable {
    /// As they are.
    case keep
    /// Those on the places that Unicode reserves in each script become U+0964 and U+0965.
    case unify
    /// All become full stops.
    case fullStop = "full_stop"
  }

  /// No-break spaces: U+00A0, U+2007 and U+202F.
  public enum Spaces: String, Sendable, CaseIterable {
    /// As they are.
    case keep
    /// Become spaces, but for those that carry a mark (Unicode §2.11 shows a lone mark so).
    case fold
  }

  /// `form`
  public var form: Form
  /// `vowels`
  public var vowels: Vowels
  /// `joiners`
  public var joiners: Joiners
  /// `nukta`
  public var nukta: Nukta
  /// `digits`
  public var digits: Digits
  /// `dandas`
  public var dandas: Dandas
  /// `spaces`
  public var spaces: Spaces

  /// A policy; what is not named stays as it is, but for form C.
  public init(
    form: Form = .nfc, vowels: Vowels = .keep, joiners: Joiners = .keep, nukta: Nukta = .keep,
    digits: Digits = .keep, dandas: Dandas = .keep, spaces: Spaces = .keep
  ) {
    self.form = form
    self.vowels = vowels
    self.joiners = joiners
    self.nukta = nukta
    self.digits = digits
    self.dandas = dandas
    self.spaces = spaces
  }

  /// `none`: nothing is changed.
  public static let none = SpellingPolicy(form: .keep)
  /// `nfc`: form C only.
  public static let formC = SpellingPolicy()
  /// `standard`: every repair that cannot change what a reader sees, but for spaces becoming
  /// breakable: form C, vowel sequences, joiners without effect, the nukta's place, dandas on
  /// reserved places, no-break spaces.
  public static let standard = SpellingPolicy(
    vowels: .compose, joiners: .dropWithoutEffect, nukta: .order, dandas: .unify, spaces: .fold)

  /// The policies that have a name.
  public static let named: [(name: String, policy: SpellingPolicy)] = [
    ("nfc", .formC), ("none", .none), ("standard", .standard),
  ]
}
