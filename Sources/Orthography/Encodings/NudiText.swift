/// Text that was set in a font of Nudi or Baraha, as a run of an office file says.
///
/// Unlike in a file that may be mixed, everything in it is glyph codes: `Vj` is ಗಿರಿ.
package struct NudiText: Sendable {
  /// The text in Unicode.
  package let text: String
  /// How many characters are no glyph with a place; they stand in `text` as they are.
  package let unmapped: Int

  /// Decodes a run.
  ///
  /// Word keeps the characters of symbol fonts at U+F020 to U+F0FF; they are taken for U+0020 to
  /// U+00FF.
  package init(decoding run: String) {
    let glyphs = run.unicodeScalars.map { scalar in
      (0xF020...0xF0FF).contains(scalar.value)
        ? UnicodeScalar(UInt8(truncatingIfNeeded: scalar.value)) : scalar
    }
    let result = NudiDecoder.decode(glyphs, .everything)
    text = result.text
    unmapped = result.misplaced.count
  }
}
