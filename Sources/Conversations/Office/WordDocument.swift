internal import Artifacts

/// Reads the paragraphs of a Word document (`.docx`).
///
/// ```
/// <w:p><w:r><w:rPr><w:rFonts w:ascii="Nudi 01 e"/></w:rPr><w:t>PÀ£ÀßqÀ</w:t></w:r></w:p>  →  ಕನ್ನಡ
/// ```
///
/// A row of a table is one line, its cells divided by tabs. Deleted text is not read; of two versions
/// of a drawing only the first.
struct WordDocument {
  private let reader: XMLReader
  private let styles: WordStyles
  private let decode: NudiDecoder
  private var text = OfficeText()
  private var paragraph = Paragraph()
  private var run: Run?
  private var isText = false
  /// How many elements are open whose content does not count.
  private var skipped = 0
  /// The cells of the table rows that are open, the innermost last.
  private var rows: [[String]] = []

  private struct Paragraph {
    var style: String?
    var text = ""
    var unreadableFont: String?
  }

  private struct Run {
    var font: String?
    var style: String?
  }

  private init(_ bytes: [UInt8], _ styles: WordStyles, path: String, decode: @escaping NudiDecoder)
    throws
  {
    reader = try XMLReader(bytes, path: path)
    self.styles = styles
    self.decode = decode
  }

  /// The document's lines.
  ///
  /// - Throws: `malformed`.
  static func read(
    _ archive: ZipArchive, path: String, decode: @escaping NudiDecoder
  ) throws -> OfficeText {
    guard let bytes = try archive.read("word/document.xml", limit: OfficeText.largestPart) else {
      throw AksharaError(
        .malformed, "the archive has no `word/document.xml`: it is no Word document",
        at: SourceLocation(file: path), remedy: "save it again as .docx")
    }
    let styles = try WordStyles(
      archive.read("word/styles.xml", limit: OfficeText.largestPart), path: path)
    var document = try WordDocument(bytes, styles, path: path, decode: decode)
    try document.readAll()
    for (part, name) in [("footnotes", "footnotes"), ("comments", "comments")]
    where try archive.read("word/\(part).xml", limit: OfficeText.largestPart) != nil {
      document.text.leftOut.add(name)
    }
    return document.text
  }

  private mutating func readAll() throws {
    while let event = try reader.next() {
      switch event {
      case .start(let name): start(name)
      case .end(let name): end(name)
      case .text(let piece): if isText, skipped == 0 { add(piece) }
      }
    }
  }

  /// Elements whose text is not the document's: deleted, moved away, drawn a second time.
  private static let uncounted: Set<String> = ["del", "moveFrom", "Fallback"]

  private mutating func start(_ name: String) {
    if Self.uncounted.contains(name) { skipped += 1 }
    guard skipped == 0 else { return }
    switch name {
    case "p": if rows.isEmpty { paragraph = Paragraph() } else { paragraph.style = nil }
    case "pStyle": paragraph.style = reader.attribute("w:val")
    case "r": run = Run()
    case "rStyle": run?.style = reader.attribute("w:val")
    case "rFonts": if run != nil { run?.font = WordStyles.font(reader) }
    case "t": isText = run != nil
    case "tab": if run != nil { paragraph.text += "\t" }
    case "br", "cr": if run != nil { paragraph.text += "\n" }
    case "noBreakHyphen": if run != nil { paragraph.text += "-" }
    case "tr": rows.append([])
    case "tc": paragraph = Paragraph()
    case "drawing", "pict": text.leftOut.add("pictures")
    default: break
    }
  }

  private mutating func end(_ name: String) {
    if Self.uncounted.contains(name) { skipped -= 1 }
    guard skipped == 0 else { return }
    switch name {
    case "t": isText = false
    case "r": run = nil
    case "p": if rows.isEmpty { finishParagraph() } else { paragraph.text += " " }
    case "tc":
      if !rows.isEmpty { rows[rows.count - 1].append(oneLine(paragraph.text)) }
      paragraph.text = ""
    case "tr":
      guard let cells = rows.popLast() else { return }
      let line = cells.joined(separator: "\t")
      if rows.isEmpty {
        paragraph.text = line
        finishParagraph()
      } else {
        paragraph.text += line
      }
    default: break
    }
  }

  private mutating func finishParagraph() {
    let fault = paragraph.unreadableFont.map { font in
      RowFault(
        .legacyFont, "part of the line is set in the font `\(font)`, whose encoding is not known",
        remedy: "convert the document to Unicode with the font maker's converter")
    }
    text.add(paragraph.text, fault: fault)
    paragraph = Paragraph()
  }

  /// A cell's text without line breaks and spaces at its ends.
  private func oneLine(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private mutating func add(_ piece: String) {
    let font = styles.font(
      own: run?.font, characterStyle: run?.style, paragraphStyle: paragraph.style)
    switch font.map(LegacyFont.init(named:)) ?? .none {
    case .none: paragraph.text += piece
    case .nudi: paragraph.text += decode(piece)
    // Digits, spaces and what is Unicode already say the same in every font.
    case .unknown(let font):
      paragraph.text += piece
      if piece.unicodeScalars.contains(where: { $0.properties.isAlphabetic && $0.value < 0x300 }) {
        paragraph.unreadableFont = font
      }
    }
  }
}
