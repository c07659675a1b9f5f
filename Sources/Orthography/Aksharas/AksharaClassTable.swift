internal import CICU

/// The akshara class of every code point, one byte each (1.1 MB), filled from ICU at first use.
struct AksharaClassTable: @unchecked Sendable {
  // Written once in `init`, never freed: there is one table in the process.
  let symbols: UnsafePointer<UInt8>

  /// The table.
  static let shared = AksharaClassTable()

  private init() {
    let count = Int(CICU_CODE_POINT_COUNT)
    let table = UnsafeMutablePointer<UInt8>.allocate(capacity: count)
    table.initialize(repeating: 0, count: count)
    var syllabic = [UInt8](repeating: 0, count: count)
    _ = cicu_fill_cluster_breaks(table)
    _ = cicu_fill_syllabic_categories(&syllabic)
    for codePoint in 0..<count {
      let cluster = Self.clusterClass(table[codePoint])
      let category = Int(syllabic[codePoint])
      var symbol = AksharaSymbol(cluster)
      if category != CICU_SYLLABIC_OTHER, let scalar = UnicodeScalar(UInt32(codePoint)) {
        let script = ConjunctScript(Script(of: scalar))
        if script != .none, let kind = Self.indicClass(category, cluster: cluster) {
          symbol = AksharaSymbol(kind, script)
        }
      }
      table[codePoint] = symbol.rawValue
    }
    table[0x200C] = AksharaSymbol(.nonJoiner).rawValue
    symbols = UnsafePointer(table)
  }

  /// The class and script of a code point; above U+10FFFF, those of a control.
  subscript(codePoint: UInt32) -> AksharaSymbol {
    codePoint < 0x110000
      ? AksharaSymbol(rawValue: symbols[Int(codePoint)]) : AksharaSymbol(.control)
  }

  private static func clusterClass(_ value: UInt8) -> AksharaClass {
    switch Int(value) {
    case CICU_CLUSTER_CR: .carriageReturn
    case CICU_CLUSTER_LF: .lineFeed
    case CICU_CLUSTER_CONTROL: .control
    case CICU_CLUSTER_EXTEND: .extend
    case CICU_CLUSTER_ZWJ: .joiner
    case CICU_CLUSTER_SPACING_MARK: .spacingMark
    case CICU_CLUSTER_PREPEND: .prepend
    case CICU_CLUSTER_REGIONAL_INDICATOR: .regionalIndicator
    case CICU_CLUSTER_PICTOGRAPHIC: .pictographic
    case CICU_CLUSTER_HANGUL_L: .hangulL
    case CICU_CLUSTER_HANGUL_V: .hangulV
    case CICU_CLUSTER_HANGUL_T: .hangulT
    case CICU_CLUSTER_HANGUL_LV: .hangulLV
    case CICU_CLUSTER_HANGUL_LVT: .hangulLVT
    default: .other
    }
  }

  /// The class of a syllabic category, or `nil` where only the cluster class counts.
  private static func indicClass(_ category: Int, cluster: AksharaClass) -> AksharaClass? {
    switch category {
    case CICU_SYLLABIC_CONSONANT: .consonant
    case CICU_SYLLABIC_CONSONANT_WITH_STACKER: .stacker
    case CICU_SYLLABIC_CONSONANT_DEAD, CICU_SYLLABIC_VOWEL_INDEPENDENT: .vowel
    case CICU_SYLLABIC_VIRAMA: .virama
    case CICU_SYLLABIC_VOWEL_SIGN: .vowelSign
    case CICU_SYLLABIC_BINDU, CICU_SYLLABIC_VISARGA:
      cluster == .other ? .finalLetter : .finalMark
    default: nil
    }
  }
}
