internal import Artifacts

/// The lines of a text document.
struct OfficeText {
  /// One paragraph, or the part of one up to a line break.
  struct Line: Equatable {
    /// Its text, as far as it can be read.
    var text: String
    /// Why part of it cannot.
    var fault: RowFault?
  }

  /// The lines, in the order of the document.
  var lines: [Line] = []
  /// What was not read, by name: comments, footnotes, pictures.
  var leftOut = ColumnCounts()

  /// The most that is unpacked of one part of a document.
  static let largestPart = 256 << 20

  /// Adds a paragraph, whose line breaks divide it.
  mutating func add(_ paragraph: String, fault: RowFault?) {
    let parts = paragraph.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      lines.append(Line(text: String(part), fault: index == 0 ? fault : nil))
    }
  }
}

/// Decodes text that was typed in a Nudi or Baraha font.
typealias NudiDecoder = (String) -> String
