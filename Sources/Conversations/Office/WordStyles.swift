/// Which font the styles of a Word document name.
///
/// A run's font is its own, else that of its character style, its paragraph's style, the default
/// paragraph style, the document's defaults; a style without a font has that of the style it is based
/// on. Source: ECMA-376, part 1, 17.7.2 (style hierarchy).
struct WordStyles {
  private var fonts: [String: String] = [:]
  private var parents: [String: String] = [:]
  private var defaultParagraphStyle: String?
  private var defaultFont: String?

  /// No style is based on so many others.
  private static let deepest = 32

  /// Reads `word/styles.xml`.
  ///
  /// - Throws: `malformed`.
  init(_ bytes: [UInt8]?, path: String) throws {
    guard let bytes else { return }
    let reader = try XMLReader(bytes, path: path)
    var style: String?
    var isDefaults = false
    while let event = try reader.next() {
      switch event {
      case .start("style"):
        style = reader.attribute("w:styleId")
        let isDefault = ["1", "true", "on"].contains(reader.attribute("w:default") ?? "")
        if isDefault, reader.attribute("w:type") == "paragraph" { defaultParagraphStyle = style }
      case .end("style"): style = nil
      case .start("docDefaults"): isDefaults = true
      case .end("docDefaults"): isDefaults = false
      case .start("basedOn"):
        if let style, let parent = reader.attribute("w:val") { parents[style] = parent }
      case .start("rFonts"):
        guard let font = Self.font(reader) else { continue }
        if let style { fonts[style] = font } else if isDefaults { defaultFont = font }
      default: continue
      }
    }
  }

  /// The font that a `rFonts` element names for Latin letters.
  static func font(_ reader: XMLReader) -> String? {
    reader.attribute("w:ascii") ?? reader.attribute("w:hAnsi")
  }

  /// The font of a run.
  func font(own: String?, characterStyle: String?, paragraphStyle: String?) -> String? {
    own ?? characterStyle.flatMap(font(ofStyle:))
      ?? (paragraphStyle ?? defaultParagraphStyle).flatMap(font(ofStyle:)) ?? defaultFont
  }

  private func font(ofStyle name: String) -> String? {
    var name = name
    for _ in 0..<Self.deepest {
      if let font = fonts[name] { return font }
      guard let parent = parents[name] else { return nil }
      name = parent
    }
    return nil
  }
}
