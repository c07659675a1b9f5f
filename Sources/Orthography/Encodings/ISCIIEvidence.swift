internal import Foundation

/// What speaks for ISCII (IS 13194:1991).
///
/// A file usually begins with an attribute (EF) that names the script. Without one, words are runs of
/// bytes from A1 to EA in which every vowel sign, virama and nukta follows a letter. Kannada and
/// Telugu use the same bytes: without an attribute both are candidates, and which pairs of letters are
/// frequent says how likely each is.
enum ISCIIEvidence {
  private static let attribute: UInt8 = 0xEF
  /// The attribute values of the scripts (IS 13194:1991, annex E).
  private static let scripts: [UInt8: TextEncoding] = [0x45: .isciiTelugu, 0x48: .isciiKannada]
  private static let leastBytes = 6

  static func candidates(for sample: ArraySlice<UInt8>) -> [EncodingCandidate] {
    let named = zip(sample, sample.dropFirst()).first { $0.0 == attribute }
      .flatMap { scripts[$0.1] }
    let grammar = Grammar(sample)
    guard grammar.letters >= leastBytes || named != nil, grammar.fraction > 0.5 else { return [] }
    if let named {
      return [
        EncodingCandidate(
          named, confidence: 0.99 * grammar.fraction,
          evidence: "an attribute names the script, and \(grammar.summary)")
      ]
    }
    guard grammar.runLength >= 2.5 else { return [] }
    let kannada = likelihoodOfKannada(sample)
    return [(TextEncoding.isciiKannada, kannada), (.isciiTelugu, 1 - kannada)].map {
      EncodingCandidate(
        $0.0, confidence: 0.95 * grammar.fraction * $0.1,
        evidence: "\(grammar.summary); nothing names the script, its pairs of letters are "
          + "\(Int(($0.1 * 100).rounded())) % like this one's")
    }
  }

  /// How likely the text is Kannada rather than Telugu, from 0 to 1.
  private static func likelihoodOfKannada(_ sample: ArraySlice<UInt8>) -> Double {
    var text: [UInt8] = []
    var faults = DecodingFaults()
    CharsetConverter("ISCII,version=7")?.decode(sample, isLast: true, to: &text, &faults)
    var before = 0
    var score = 0
    for scalar in String(decoding: text, as: UTF8.self).unicodeScalars {
      let letter = (0xC81..<0xCCE).contains(scalar.value) ? Int(scalar.value) - 0xC80 : 0
      if letter != 0 || before != 0 {
        score += ISCIIScriptTable.weights[before << 8 | letter] ?? 0
      }
      before = letter
    }
    if before != 0 { score += ISCIIScriptTable.weights[before << 8] ?? 0 }
    // Tenths of a logarithm of odds; neighbouring pairs are not independent, so half of it.
    let odds = exp(Double(max(-400, min(400, score))) / 20)
    return odds / (1 + odds)
  }

  /// How well the bytes follow the order that ISCII asks for.
  private struct Grammar {
    private(set) var letters = 0
    private var wrong = 0
    private var runs = 0

    init(_ sample: ArraySlice<UInt8>) {
      var before: UInt8 = 0x20
      var isValue = false
      for byte in sample {
        if isValue {  // the byte that says which attribute
          isValue = false
          before = 0x20
          continue
        }
        defer { before = byte }
        guard byte >= 0x80 else { continue }
        if byte == ISCIIEvidence.attribute {
          isValue = true
          continue
        }
        letters += 1
        if before < 0x80 { runs += 1 }
        // Words of ISCII are not made of ASCII letters as well.
        let isLatin = before < 0x80 && (0x41...0x5A).contains(before & 0xDF)
        if isLatin || !Self.isAllowed(byte, after: before) { wrong += 1 }
      }
    }

    var fraction: Double { letters == 0 ? 1 : max(0, 1 - 3 * Double(wrong) / Double(letters)) }
    var runLength: Double { runs == 0 ? 0 : Double(letters) / Double(runs) }
    var summary: String {
      "\(letters - wrong) of \(letters) bytes above ASCII stand where ISCII allows them"
    }

    private static func isAllowed(_ byte: UInt8, after before: UInt8) -> Bool {
      switch byte {
      // Letters, the danda (which ISCII shares with the full stop), digits.
      case 0xA4...0xD8, 0xEA, 0xF1...0xFA: true
      // Anusvara, visarga and vowel signs follow letters or signs.
      case 0xA1...0xA3: before >= 0xA4
      case 0xDA...0xE7: (0xB3...0xD8).contains(before) || before == 0xE9
      // Virama and nukta; twice, virama and then nukta stand for ZWNJ and ZWJ.
      case 0xE8: (0xB3...0xD8).contains(before) || before == 0xE8 || before == 0xE9
      case 0xE9: (0xA4...0xE8).contains(before)
      case 0xD9: true
      default: false
      }
    }
  }
}
