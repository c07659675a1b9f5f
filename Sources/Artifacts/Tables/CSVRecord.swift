/// Takes one record of a CSV file apart.
public enum CSVRecord {
  /// The most fields that a record may have: as many as a spreadsheet has columns (Excel: 16,384).
  public static let mostFields = 16_384

  /// The fields of a record, without their quotation marks; doubled ones inside stand for one.
  ///
  /// - Throws: `malformed`, without a location.
  public static func fields(of record: [UInt8], delimiter: UInt8) throws -> [String] {
    if let fault = TextFault(in: record, of: "record") {
      throw AksharaError(.malformed, fault.message, remedy: fault.remedy)
    }
    var fields: [String] = []
    var rest = record[...]
    while true {
      guard fields.count < mostFields else {
        throw AksharaError(
          .malformed, "the record has more than \(mostFields) fields",
          remedy: "name the delimiter that the file has, or cut the table")
      }
      if rest.first == quote {
        fields.append(try quotedField(&rest, number: fields.count + 1, delimiter: delimiter))
      } else {
        let end = rest.firstIndex(of: delimiter) ?? rest.endIndex
        fields.append(String(decoding: rest[..<end], as: UTF8.self))
        rest = rest[end...]
      }
      guard rest.first == delimiter else { return fields }
      rest = rest.dropFirst()
    }
  }

  /// The field at the front of `rest`, which begins with a quotation mark.
  private static func quotedField(
    _ rest: inout ArraySlice<UInt8>, number: Int, delimiter: UInt8
  ) throws -> String {
    var text: [UInt8] = []
    rest = rest.dropFirst()
    while let mark = rest.firstIndex(of: quote) {
      text += rest[..<mark]
      rest = rest[(mark + 1)...]
      if rest.first == quote {
        text.append(quote)
        rest = rest.dropFirst()
      } else if rest.isEmpty || rest.first == delimiter {
        return String(decoding: text, as: UTF8.self)
      } else {
        throw AksharaError(
          .malformed, "something follows the closing quotation mark of field \(number)",
          remedy: "double the quotation marks inside the field")
      }
    }
    throw AksharaError(
      .malformed, "the quotation marks of field \(number) are not closed",
      remedy: "close them, or double a quotation mark that belongs to the text")
  }

  private static let quote = UInt8(ascii: "\"")
}
