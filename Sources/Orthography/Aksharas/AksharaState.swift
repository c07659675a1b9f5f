/// What the characters of the current cluster allow to follow: the state of the akshara automaton.
///
/// `docs/ORTHOGRAPHY.md` states the rules; `AksharaGrammar` states them again, by looking back.
enum AksharaState: Hashable, Sendable {
  /// Nothing was read.
  case start
  /// A cluster to which only marks can be added.
  case other
  /// A control, after which every cluster ends.
  case control
  case carriageReturn
  case prepend
  case regionalIndicator
  case pictographic
  /// A pictograph with a joiner behind it.
  case pictographicJoiner
  case hangulL
  case hangulV
  case hangulT
  /// A consonant or vowel letter that a virama can join to the next consonant.
  case base(ConjunctScript)
  /// A base and a virama: the next consonant of the script is joined.
  case linked(ConjunctScript)
  /// A syllable that has its vowel sign or final mark, or whose virama shows (ZWNJ).
  case closed(ConjunctScript)
  /// A consonant that takes the next one without a virama.
  case stacker(ConjunctScript)

  /// A transition: the state after the character, and whether a cluster ends before it.
  typealias Step = (state: AksharaState, isBreak: Bool)

  /// Every state; a state's index in this list is its number in the automaton.
  static let all: [AksharaState] =
    [
      .start, .other, .control, .carriageReturn, .prepend, .regionalIndicator, .pictographic,
      .pictographicJoiner, .hangulL, .hangulV, .hangulT,
    ]
    + ConjunctScript.allCases.dropFirst().flatMap {
      [.base($0), .linked($0), .closed($0), .stacker($0)]
    }

  /// The state after a character that begins a cluster.
  init(first symbol: AksharaSymbol) {
    switch symbol.kind {
    case .carriageReturn: self = .carriageReturn
    case .lineFeed, .control: self = .control
    case .prepend: self = .prepend
    case .regionalIndicator: self = .regionalIndicator
    case .pictographic: self = .pictographic
    case .hangulL: self = .hangulL
    case .hangulV, .hangulLV: self = .hangulV
    case .hangulT, .hangulLVT: self = .hangulT
    case .consonant, .vowel: self = .base(symbol.script)
    case .stacker: self = .stacker(symbol.script)
    case .other, .extend, .joiner, .nonJoiner, .spacingMark, .virama, .vowelSign, .finalMark,
      .finalLetter:
      self = .other
    }
  }

  /// What the next character does.
  func step(_ symbol: AksharaSymbol) -> Step {
    let apart = (AksharaState(first: symbol), self != .start)
    switch (self, symbol.kind) {
    case (.carriageReturn, .lineFeed): return (.control, false)  // GB3
    case (.start, _), (.control, _), (.carriageReturn, _): return apart  // GB4
    case (_, .carriageReturn), (_, .lineFeed), (_, .control): return apart  // GB5
    default: break
    }
    if let state = extended(by: symbol) ?? joined(with: symbol) { return (state, false) }
    if self == .prepend { return (AksharaState(first: symbol), false) }  // GB9b
    return apart
  }

  /// The state after a mark or joiner, which never begins a cluster (GB9, GB9a); else `nil`.
  private func extended(by symbol: AksharaSymbol) -> AksharaState? {
    switch symbol.kind {
    case .extend:
      return keepsBase || self == .pictographic ? self : marked
    case .joiner:
      if self == .pictographic { return .pictographicJoiner }
      return keepsBase ? self : marked
    case .nonJoiner:
      if case .base = self { return self }
      return self == .pictographic ? self : marked
    case .virama:
      return keepsBase && script == symbol.script ? .linked(symbol.script) : marked
    case .spacingMark, .vowelSign, .finalMark:
      return marked
    case .finalLetter:
      return isSyllable && script == symbol.script ? marked : nil
    default:
      return nil
    }
  }

  /// The state after a letter or symbol that belongs to the same cluster; `nil` where none does.
  private func joined(with symbol: AksharaSymbol) -> AksharaState? {
    switch (self, symbol.kind) {
    case (.linked(symbol.script), .consonant), (.stacker(symbol.script), .consonant):
      return .base(symbol.script)
    case (.regionalIndicator, .regionalIndicator): return .other  // GB12
    case (.pictographicJoiner, .pictographic): return .pictographic  // GB11
    case (.hangulL, .hangulL), (.hangulL, .hangulV), (.hangulL, .hangulLV), (.hangulL, .hangulLVT),
      (.hangulV, .hangulV), (.hangulV, .hangulT), (.hangulT, .hangulT):
      return AksharaState(first: symbol)  // GB6, GB7, GB8
    default: return nil
    }
  }

  /// The state after a mark that ends what the virama could do.
  private var marked: AksharaState { isSyllable ? .closed(script) : .other }

  private var keepsBase: Bool {
    switch self {
    case .base, .linked: true
    default: false
    }
  }

  private var isSyllable: Bool {
    switch self {
    case .base, .linked, .closed: true
    default: false
    }
  }

  private var script: ConjunctScript {
    switch self {
    case .base(let script), .linked(let script), .closed(let script), .stacker(let script): script
    default: .none
    }
  }
}
