internal import Artifacts
internal import CXML

/// Reads an XML document from memory, event by event.
///
/// Documents with a document type declaration are refused: entities are the way in which a small file
/// becomes a large one, or names another. Not safe to share between threads.
final class XMLReader {
  /// What stands at a place of the document.
  enum Event: Equatable {
    /// `<Paragraph …>`; an element without an end of its own is followed by `end` all the same.
    case start(String)
    case end(String)
    case text(String)
  }

  private let bytes: UnsafeMutableBufferPointer<UInt8>
  private let reader: OpaquePointer
  private let path: String
  private var pendingEnd: String?

  /// - Throws: `device` where there is no memory.
  init(_ bytes: [UInt8], path: String) throws {
    // libxml2 reads from the bytes while it goes on: they need a place that does not move.
    let copy = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: max(1, bytes.count))
    _ = copy.initialize(from: bytes)
    guard let reader = cxml_reader_create(copy.baseAddress, bytes.count) else {
      copy.deallocate()
      throw AksharaError(.device, "no memory for an XML reader")
    }
    self.bytes = copy
    self.reader = reader
    self.path = path
  }

  deinit {
    cxml_reader_destroy(reader)
    bytes.deallocate()
  }

  /// The line of the event that was read last, from 1.
  var line: Int { Int(cxml_reader_line(reader)) }

  /// The next event; `nil` at the end.
  ///
  /// - Throws: `malformed`, with the line, for what is not well-formed, and for a document type.
  func next() throws -> Event? {
    if let name = pendingEnd {
      pendingEnd = nil
      return .end(name)
    }
    while true {
      switch Int(cxml_reader_next(reader)) {
      case Int(CXML_END): return nil
      case Int(CXML_START_ELEMENT):
        let name = String(cString: cxml_reader_name(reader))
        if cxml_reader_is_empty(reader) != 0 { pendingEnd = name }
        return .start(name)
      case Int(CXML_END_ELEMENT): return .end(String(cString: cxml_reader_name(reader)))
      case Int(CXML_TEXT): return .text(String(cString: cxml_reader_text(reader)))
      case Int(CXML_TYPE), Int(CXML_ENTITY):
        throw malformed(
          "the document has a document type or entities of its own",
          remedy: "remove the `<!DOCTYPE …>`; Final Draft writes none")
      case Int(CXML_FAULT):
        throw malformed(
          "not well-formed XML: \(String(cString: cxml_reader_message(reader)))",
          remedy: "export the file again")
      default: continue
      }
    }
  }

  /// An attribute of the element whose start was read last.
  func attribute(_ name: String) -> String? {
    cxml_reader_attribute(reader, name).map { String(cString: $0) }
  }

  private func malformed(_ message: String, remedy: String) -> AksharaError {
    AksharaError(
      .malformed, message, at: SourceLocation(file: path, line: line), remedy: remedy)
  }
}
