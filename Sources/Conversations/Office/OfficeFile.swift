internal import Artifacts

/// A document of an office program, by its suffix.
enum OfficeFile: String, CaseIterable {
  /// Word.
  case docx
  /// Excel.
  case xlsx
  /// OpenDocument text.
  case odt
  /// OpenDocument spreadsheet.
  case ods
  /// A PDF with text in it.
  case pdf

  /// The kind of document that `path` names; `nil` for others.
  init?(_ path: String) {
    let name = Path.name(of: path).lowercased()
    guard let kind = Self.allCases.first(where: { name.hasSuffix(".\($0.rawValue)") }) else {
      return nil
    }
    self = kind
  }

  /// Whether it is a workbook.
  var hasSheets: Bool { self == .xlsx || self == .ods }

  /// What a document holds.
  enum Content {
    /// Lines of text.
    case text(OfficeText)
    /// Sheets of rows.
    case tables([OfficeTable])
  }

  /// Reads a document.
  ///
  /// - Throws: `missingFile`, `malformed`, `unsupported`.
  func read(_ path: String, decode: @escaping NudiDecoder) throws -> Content {
    switch self {
    case .docx: .text(try WordDocument.read(ZipArchive(path), path: path, decode: decode))
    case .odt: .text(try OpenDocument.text(ZipArchive(path), path: path))
    case .xlsx: .tables(try Spreadsheet.tables(ZipArchive(path), path: path))
    case .ods: .tables(try OpenDocument.tables(ZipArchive(path), path: path))
    case .pdf: .text(OfficeText(pages: try PDFText.text(of: path)))
    }
  }
}

extension OfficeText {
  /// The lines of a PDF; form feeds between pages stay, for importers that know pages.
  init(pages: [UInt8]) {
    let text = String(decoding: pages, as: UTF8.self)
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      lines.append(Line(text: String(line), fault: nil))
    }
  }
}
