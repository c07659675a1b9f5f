/// What speaks for the glyph codes of Nudi and Baraha: words full of glyphs above ASCII, in which
/// nearly every one has its place.
enum NudiEvidence {
  private static let leastWords = 2

  static func candidates(for scalars: [UnicodeScalar]) -> [EncodingCandidate] {
    let decoded = NudiDecoder.decode(scalars, .glyphWords)
    let high = scalars.count { (0x80...0xFF).contains($0.value) || $0 == "μ" }
    let kept = decoded.text.unicodeScalars.count { (0x80...0xFF).contains($0.value) }
    guard decoded.words > 0, high > 0 else { return [] }
    let read = Double(high - kept) / Double(high)
    let letters = decoded.text.unicodeScalars.count { (0xC80...0xCFF).contains($0.value) }
    // Half of the bodies are ASCII letters; ISCII, say, has none in its words.
    let bodies = scalars.count { $0.isASCII && $0.properties.isAlphabetic }
    guard read > 0.5, letters >= 3, 5 * bodies >= high else { return [] }
    // One word may be chance.
    let confidence = 0.97 * read * (decoded.words < leastWords ? 0.85 : 1)
    return [
      EncodingCandidate(
        .nudi, confidence: confidence,
        evidence: "\(decoded.words) words are glyph codes; \(high - kept) of \(high) glyphs above "
          + "ASCII have a place in them")
    ]
  }
}
