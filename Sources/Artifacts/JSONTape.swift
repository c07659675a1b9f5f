internal import CJSON

/// A parsed document as simdjson holds it: no value in Swift for each value of the document.
///
/// ```swift
/// let tape = try parser.tape(of: row)      // {"text": "ಅ"}
/// tape.forEachPair(of: JSONTape.root) { key, value in … tape.kind(of: value) … }
/// ```
///
/// Valid until the parser's next call. A value is named by its place on the tape.
///
/// Source: simdjson, `doc/tape.md`.
package struct JSONTape {
  /// What stands at a place.
  package enum Kind {
    case null, bool, number, string, array, object
  }

  /// The place of the whole document.
  @inlinable package static var root: Int { 1 }

  // Read once for each value of each row, so everything here is inlined into other modules.
  @usableFromInline let words: UnsafePointer<UInt64>
  @usableFromInline let strings: UnsafePointer<UInt8>

  init(words: UnsafePointer<UInt64>, strings: UnsafePointer<UInt8>) {
    self.words = words
    self.strings = strings
  }

  /// What stands at a place.
  @inlinable package func kind(of place: Int) -> Kind {
    switch UInt8(words[place] >> 56) {
    case UInt8(ascii: "\""): .string
    case UInt8(ascii: "{"): .object
    case UInt8(ascii: "["): .array
    case UInt8(ascii: "n"): .null
    case UInt8(ascii: "t"), UInt8(ascii: "f"): .bool
    default: .number
    }
  }

  /// The bytes of the string at a place, which must be one.
  @inlinable package func string(at place: Int) -> UnsafeBufferPointer<UInt8> {
    let start = strings + Int(words[place] & 0x00FF_FFFF_FFFF_FFFF)
    let length = UnsafeRawPointer(start).loadUnaligned(as: UInt32.self)
    return UnsafeBufferPointer(start: start + MemoryLayout<UInt32>.size, count: Int(length))
  }

  /// The value of the Boolean at a place, which must be one.
  @inlinable package func bool(at place: Int) -> Bool {
    UInt8(words[place] >> 56) == UInt8(ascii: "t")
  }

  /// The value of the number at a place, which must be one, whether written as an integer or not.
  package func double(at place: Int) -> Double {
    switch UInt8(words[place] >> 56) {
    case UInt8(ascii: "l"): Double(Int64(bitPattern: words[place + 1]))
    case UInt8(ascii: "u"): Double(words[place + 1])
    default: Double(bitPattern: words[place + 1])
    }
  }

  /// The text of the string at a place, which must be one. The parser has checked its UTF-8, so it
  /// is not checked again.
  package func text(at place: Int) -> String {
    String(copying: UTF8Span(unchecked: string(at: place).span))
  }

  /// The first place inside an object or array.
  @inlinable package func inside(_ place: Int) -> Int { place + 1 }

  /// The place behind a value. At the end of an object or array it is the `end` of it.
  @inlinable package func behind(_ place: Int) -> Int {
    switch kind(of: place) {
    case .object, .array: Int(words[place] & 0xFFFF_FFFF)
    case .number: place + 2
    default: place + 1
    }
  }

  /// Where the closing bracket of an object or array stands.
  @inlinable package func end(of place: Int) -> Int { Int(words[place] & 0xFFFF_FFFF) - 1 }
}

extension JSONParser {
  /// How many bytes must be readable behind a text that `tape` takes.
  package static let padding = cjson_padding()

  /// The tape of a text behind which `padding` bytes can be read; `nil` if it is no JSON document.
  package func tape(ofPadded text: UnsafeRawBufferPointer) -> JSONTape? {
    var words: UnsafePointer<UInt64>?
    var strings: UnsafePointer<UInt8>?
    let base = text.baseAddress?.assumingMemoryBound(to: UInt8.self)
    guard cjson_parse_padded(parser, base, text.count, &words, &strings) == 0, let words,
      let strings
    else { return nil }
    return JSONTape(words: words, strings: strings)
  }
}
