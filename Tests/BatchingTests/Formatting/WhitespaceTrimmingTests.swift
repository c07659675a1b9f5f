import Testing

@testable import Batching

@Suite struct WhitespaceTrimmingTests {
  @Test func trimsWhatPythonTrimsAndNothingElse() {
    // Every character for which str.isspace() holds in Python 3.11 (Unicode 14).
    let white =
      Array(0x09...0x0D) + Array(0x1C...0x20) + [0x85, 0xA0, 0x1680] + Array(0x2000...0x200A)
      + [0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
    let found = (0...0x10FFFF).filter { Unicode.Scalar($0)?.isPythonWhitespace == true }
    #expect(found == white)
  }

  @Test func joinersMarksAndTheByteOrderMarkStay() {
    for text in ["\u{200D}ಕ\u{200C}", "\u{FEFF}a", "\u{200B}a", "\u{0CCD}a"] {
      #expect(text.trimmingWhitespaceAsPython().utf8.elementsEqual(text.utf8))
    }
  }

  @Test func aMarkBehindASpaceKeepsItsBytes() {
    // A grapheme may hold a space with a mark: trimming works on characters of Unicode, not on it.
    #expect(
      " \u{301}a\r\n".trimmingWhitespaceAsPython().unicodeScalars.map(\.value) == [0x301, 0x61])
    #expect(" \n".trimmingWhitespaceAsPython().isEmpty)
    #expect("".trimmingWhitespaceAsPython().isEmpty)
  }
}
