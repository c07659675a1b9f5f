internal import CICU

/// A regular expression of ICU's, over UTF-8 and by byte offsets. Immutable; safe to share.
///
/// Bytes that are part of no well-formed UTF-8 sequence match as U+FFFD.
public final class RegularExpression: @unchecked Sendable {
  /// Why a pattern is none.
  public struct Malformed: Error, Equatable {
    /// ICU's name of the error, such as `U_REGEX_MISMATCHED_PAREN`.
    public var name: String
    /// Where in the pattern, in UTF-16 units; `nil` if ICU does not say.
    public var offset: Int?
  }

  /// What is between matches, and the matches.
  public typealias Segment = (range: Range<Int>, isMatch: Bool)

  // Owned. Only cloned after `init`; ICU clones one expression on several threads safely.
  private let regex: OpaquePointer

  /// Compiles `pattern`, in ICU's syntax, or taken as plain text. `^` and `$` match at line feeds.
  ///
  /// - Throws: `Malformed`.
  public init(_ pattern: String, isLiteral: Bool = false) throws {
    var name: UnsafePointer<CChar>?
    var offset: Int32 = -1
    let bytes = Array(pattern.utf8)
    guard
      let regex = cicu_regex_open(bytes, bytes.count, isLiteral ? 1 : 0, &name, &offset)
    else {
      throw Malformed(
        name: name.map { String(cString: $0) } ?? "out of memory",
        offset: offset < 0 ? nil : Int(offset))
    }
    self.regex = regex
  }

  deinit { cicu_regex_close(regex) }

  /// The matches in each of some stretches of a text, each looked at as a text of its own, and what
  /// is between them: in order, without gaps. A stretch where ICU runs out of memory has no
  /// (further) match.
  public func segments(
    of text: UnsafeBufferPointer<UInt8>, in stretches: [Range<Int>],
    _ body: (_ stretch: Int, _ segments: [Segment]) -> Void
  ) {
    guard let base = text.baseAddress, let run = cicu_regex_clone(regex) else { return }
    defer { cicu_regex_close(run) }
    for (index, stretch) in stretches.enumerated() {
      var segments: [Segment] = []
      var end = stretch.lowerBound
      var match = (start: 0, end: 0)
      _ = cicu_regex_set_text(run, base + stretch.lowerBound, stretch.count)
      while cicu_regex_next(run, &match.start, &match.end) == 1 {
        let range = stretch.lowerBound + match.start..<stretch.lowerBound + match.end
        if range.lowerBound > end { segments.append((end..<range.lowerBound, false)) }
        segments.append((range, true))
        end = range.upperBound
      }
      if end < stretch.upperBound { segments.append((end..<stretch.upperBound, false)) }
      body(index, segments)
    }
  }
}
