internal import CTextKernels
import Orthography

/// A split pattern as the scan kernels want it: what its alternatives are, and what class each code
/// point has for it.
///
/// Classes come from `CharacterClassTable`, so there is one source of Unicode data. They are kept in
/// pages of 128 code points, of which most are equal: some 25 KiB a pattern.
struct ScanTable: @unchecked Sendable {
  // Written once in `init`, never freed: there is one table a pattern in the process.
  let pattern: UnsafePointer<ctext_pattern>

  /// The table of a pattern, made when it is first asked for.
  static func table(for pattern: SplitPattern) -> ScanTable {
    switch pattern {
    case .gpt2: gpt2
    case .cl100k: cl100k
    case .llama3: llama3
    case .qwen2: qwen2
    case .qwen35: qwen35
    case .o200k: o200k
    case .tekken: tekken
    case .deepseek3: deepseek3
    case .indic: indic
    case .gpt2Indic: gpt2Indic
    case .cl100kIndic: cl100kIndic
    case .llama3Indic: llama3Indic
    case .qwen2Indic: qwen2Indic
    }
  }

  private static let gpt2 = ScanTable(.gpt2)
  private static let cl100k = ScanTable(.cl100k)
  private static let llama3 = ScanTable(.llama3)
  private static let qwen2 = ScanTable(.qwen2)
  private static let qwen35 = ScanTable(.qwen35)
  private static let o200k = ScanTable(.o200k)
  private static let tekken = ScanTable(.tekken)
  private static let deepseek3 = ScanTable(.deepseek3)
  private static let indic = ScanTable(.indic)
  private static let gpt2Indic = ScanTable(.gpt2Indic)
  private static let cl100kIndic = ScanTable(.cl100kIndic)
  private static let llama3Indic = ScanTable(.llama3Indic)
  private static let qwen2Indic = ScanTable(.qwen2Indic)

  private init(_ pattern: SplitPattern) {
    let rules = PatternRules(pattern)
    let (pages, classes) = Self.pages(rules)
    let value = UnsafeMutablePointer<ctext_pattern>.allocate(capacity: 1)
    value.initialize(
      to: ctext_pattern(
        family: Int32(Self.family(rules)),
        digits: rules.digits == .max ? 0 : Int32(rules.digits),
        contractions: rules.contractions == .none ? 0 : rules.contractionsIgnoreCase ? 2 : 1,
        joins_final_spaces: rules.joinsFinalWhitespace ? 1 : 0,
        cuts_words_out: rules.cutsOutIndicWords ? 1 : 0,
        pages: Self.copy(pages), classes: Self.copy(classes)))
    self.pattern = UnsafePointer(value)
  }

  private static func copy<Element>(_ elements: [Element]) -> UnsafePointer<Element> {
    let base = UnsafeMutablePointer<Element>.allocate(capacity: elements.count)
    base.initialize(from: elements, count: elements.count)
    return UnsafePointer(base)
  }

  private static func family(_ rules: PatternRules) -> Int {
    if rules.cutsInStages { return Int(CTEXT_STAGED) }
    if rules.cutsBeforeCapitals { return Int(CTEXT_CASED) }
    return Int(rules.wordPrefix == nil ? CTEXT_BLANK_PREFIX : CTEXT_ANY_PREFIX)
  }

  /// The number of each page, and the classes of the pages, each different one once.
  private static func pages(_ rules: PatternRules) -> (pages: [UInt16], classes: [UInt8]) {
    let size = Int(CTEXT_PAGE)
    let bits = (0..<UInt16(CharacterClass.count)).map {
      classBits(CharacterClass(rawValue: 1 << $0), rules)
    }
    func bit(_ kind: CharacterClass) -> UInt8 { bits[kind.rawValue.trailingZeroBitCount] }
    var pages: [UInt16] = []
    var classes: [UInt8] = []
    var numbers: [[UInt8]: UInt16] = [:]
    var plainNumbers: [CharacterClass.RawValue: UInt16] = [:]
    func number(_ content: [UInt8]) -> UInt16 {
      let number = numbers[content] ?? UInt16(numbers.count)
      if numbers.updateValue(number, forKey: content) == nil { classes += content }
      return number
    }
    for page in 0..<Int(CTEXT_PAGES) {
      let start = UInt32(page * size)
      // Nine pages of ten, and there no character is more than its class.
      if start >= Self.plainFrom,
        let kind = CharacterClassTable.shared.commonClass(of: start..<start + UInt32(size))
      {
        let plain =
          plainNumbers[kind.rawValue] ?? number([UInt8](repeating: bit(kind), count: size))
        plainNumbers[kind.rawValue] = plain
        pages.append(plain)
        continue
      }
      pages.append(
        number((0..<size).map { classByte(start + UInt32($0), bits: bit, rules) }))
    }
    return (pages, classes)
  }

  /// From here on characters are nothing beside their class: behind Telugu, Kannada and what
  /// `ReferenceScanner.isIdeograph` says.
  private static let plainFrom: UInt32 = 0xA000

  /// What one character is to the pattern; `bits` says it of its class.
  private static func classByte(
    _ codePoint: UInt32, bits: (CharacterClass) -> UInt8, _ rules: PatternRules
  ) -> UInt8 {
    if rules.cutsOutIndicWords, IndicWords.contains(codePoint) {
      return UInt8(
        CTEXT_INDIC | (IndicWords.beginsAfterSpace(codePoint) ? CTEXT_INDIC_BASE : 0))
    }
    return bits(CharacterClassTable.shared[codePoint]) | characterBits(codePoint, rules)
  }

  /// What all characters of one class are to the pattern.
  private static func classBits(_ kind: CharacterClass, _ rules: PatternRules) -> UInt8 {
    if kind == .number { return UInt8(CTEXT_NUMBER) }
    if kind == .space || kind == .newline && !rules.newlinesEndPieces { return UInt8(CTEXT_SPACE) }
    if kind == .newline { return UInt8(CTEXT_NEWLINE) }
    if rules.wordStart.contains(kind) {
      guard rules.cutsBeforeCapitals else { return UInt8(CTEXT_LETTER) }
      if kind == .capital { return UInt8(CTEXT_LETTER | CTEXT_CAPITAL) }
      if kind == .small { return UInt8(CTEXT_LETTER) }
      return UInt8(CTEXT_LETTER | CTEXT_CASELESS) | (kind == .mark ? UInt8(CTEXT_MARK) : 0)
    }
    if rules.wordPart.contains(kind) || rules.cutsOutIndicWords && kind == .joiner {
      return UInt8(CTEXT_JOINER)
    }
    return rules.punctuation.contains(kind) ? UInt8(CTEXT_PUNCTUATION) : 0
  }

  /// What single characters are beside their class.
  private static func characterBits(_ codePoint: UInt32, _ rules: PatternRules) -> UInt8 {
    if rules.cutsInStages, ReferenceScanner.isIdeograph(codePoint) {
      return UInt8(CTEXT_IDEOGRAPH)
    }
    switch UnicodeScalar(codePoint) {
    case " ": return UInt8(CTEXT_BLANK)
    case "'" where rules.contractions != .none: return UInt8(CTEXT_APOSTROPHE)
    case "/" where rules.slashesEndPunctuation: return UInt8(CTEXT_SLASH)
    default: return 0
    }
  }
}
