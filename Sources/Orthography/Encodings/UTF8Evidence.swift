/// What speaks for UTF-8.
struct UTF8Evidence {
  /// Characters of two to four bytes.
  private var characters = 0
  /// Bytes that are not UTF-8.
  private var faults = 0
  /// Bytes that are zero.
  private var zeros = 0
  /// Bytes that are other controls but for tabs and line ends.
  private var controls = 0
  private let length: Int
  /// Whether the text ends within a character.
  private var endsInCharacter = false

  /// - Parameter isCut: whether the sample is a part of the text, which may end anywhere.
  init(_ sample: ArraySlice<UInt8>, isCut: Bool) {
    length = sample.count
    sample.withUnsafeBufferPointer { text in
      guard let start = text.baseAddress else { return }
      var place = 0
      while place < text.count {
        let character = WellFormedCharacter(start, at: place, length: text.count)
        if !character.isValid {
          if Self.isBeginning(text[place...]) {
            endsInCharacter = !isCut
            break
          }
          faults += 1
        } else if character.length > 1 {
          characters += 1
        } else if character.codePoint == 0 {
          zeros += 1
        } else if character.codePoint < 0x20, ![9, 10, 13].contains(character.codePoint) {
          controls += 1
        }
        place += character.length
      }
    }
  }

  /// Whether bytes are the beginning of a character that the end of the text cuts.
  private static func isBeginning(_ rest: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard rest.count < 4, let first = rest.first else { return false }
    let needed = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
    return (0xC2...0xF4).contains(first) && rest.count < needed
      && rest.dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
  }

  /// Whether the sample can be read as UTF-8, for what may be written in it.
  var isText: Bool { faults == 0 || characters > 4 * faults }

  /// UTF-8 as a candidate.
  ///
  /// - Parameter limit: the confidence that others leave to it.
  func candidate(atMost limit: Double) -> EncodingCandidate {
    EncodingCandidate(.utf8, confidence: min(limit, confidence), evidence: evidence)
  }

  private var hasControls: Bool { zeros > 0 || 8 * controls > length }
  private var total: Int { characters + faults }

  private var confidence: Double {
    // They are valid UTF-8, but no text is full of them: UTF-16 is.
    if hasControls { return 0.1 }
    if faults > 0 { return 0.9 * max(0, Double(characters - faults) / Double(total)) }
    if characters == 0 { return endsInCharacter ? 0.1 : 1 }
    // Two bytes of other text that happen to be one character are one chance in eight; of three
    // characters, hardly any. A text cut within its last one is nearly as sure.
    let chance = [0.06, 0.01][min(characters, 3) / 3]
    return 1 - chance - (endsInCharacter ? 0.02 : 0)
  }

  private var evidence: String {
    if hasControls { return "\(zeros) bytes are zero, and \(controls) other controls" }
    if total == 0, !endsInCharacter { return "all bytes are ASCII" }
    if faults > 0 {
      return "\(characters) characters of several bytes, and \(faults) bytes that are not UTF-8"
    }
    return "\(characters) characters of several bytes are well-formed"
      + (endsInCharacter ? "; the last one is cut" : "")
  }
}
