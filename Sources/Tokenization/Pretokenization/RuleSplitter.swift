import Artifacts
import Orthography

/// Runs a rule that is no named pattern: one split after another, each over all pieces so far.
///
/// Slower than a named pattern (ICU's regular expressions, some 50 MB/s), and in memory as large as
/// the pieces of the text.
struct RuleSplitter: Sendable {
  /// One split, ready to run.
  private struct Stage: Sendable {
    var regex: RegularExpression
    var behavior: SplitBehavior
    var inverted: Bool
  }

  private var stages: [Stage] = []

  /// A piece of the text, and whether it is a pretoken.
  private typealias Piece = (range: Range<Int>, isPretoken: Bool)

  /// A splitter for the parts of a rule.
  ///
  /// - Throws: `malformed` for an expression that is none; `unsupported` for one that Akshara does
  ///   not read as `tokenizers` does, or a `ByteLevel` that is not the last part.
  init(_ rule: PretokenRule, at location: SourceLocation?) throws {
    let parts = rule.parts
    for (index, part) in parts.enumerated() {
      if case .byteLevel(_, let addsPrefixSpace) = part {
        guard index == parts.count - 1, !addsPrefixSpace || index == 0 else {
          throw AksharaError(
            .unsupported,
            addsPrefixSpace
              ? "a `ByteLevel` with `add_prefix_space` behind other pretokenizers"
              : "a `ByteLevel` that is not the last pretokenizer",
            at: location, remedy: "put the `ByteLevel` where other tokenizers have it")
        }
      }
      if let stage = try Self.stage(part, at: location) { stages.append(stage) }
    }
  }

  private static func stage(_ part: PretokenRule, at location: SourceLocation?) throws -> Stage? {
    func stage(
      _ pattern: String, _ behavior: SplitBehavior, inverted: Bool = false, isLiteral: Bool = false
    ) throws -> Stage {
      Stage(
        regex: try regex(pattern, isLiteral: isLiteral, at: location), behavior: behavior,
        inverted: inverted)
    }
    switch part {
    case .split(.regex(let pattern), let behavior, let inverted):
      return try stage(translated(pattern, at: location), behavior, inverted: inverted)
    case .split(.text(let text), let behavior, let inverted):
      return try stage(text, behavior, inverted: inverted, isLiteral: true)
    case .byteLevel(usesRegex: true, _): return try stage(SplitPattern.gpt2.regexes[0], .isolated)
    case .byteLevel(usesRegex: false, _), .sequence: return nil
    case .digits(let individual):
      return try stage(#"\p{N}"#, individual ? .isolated : .contiguous)
    case .punctuation(let behavior):
      return try stage(#"[\p{P}!-/:-@\[-`\{-~]"#, behavior)
    // Here `tokenizers` uses Rust's expressions, whose `\w` is ICU's, joiners included.
    case .whitespace: return try stage(#"\w+|[^\w\s]+"#, .removed, inverted: true)
    case .whitespaceSplit: return try stage(#"\s"#, .removed)
    }
  }

  private static func translated(_ pattern: String, at location: SourceLocation?) throws -> String {
    do { return try OnigurumaPattern.icu(pattern) } catch let error as OnigurumaPattern.Unsupported
    {
      throw AksharaError(
        .unsupported, "`\(error.construct)` in the regular expression `\(pattern)`", at: location,
        remedy: "spell it without; Akshara does not read this as `tokenizers` does")
    }
  }

  private static func regex(
    _ pattern: String, isLiteral: Bool, at location: SourceLocation?
  ) throws -> RegularExpression {
    do { return try RegularExpression(pattern, isLiteral: isLiteral) } catch let error
      as RegularExpression.Malformed
    {
      let place = error.offset.map { " at character \($0)" } ?? ""
      throw AksharaError(
        .malformed, "`\(pattern)` is no regular expression: \(error.name)\(place)", at: location,
        remedy: "write it as ICU reads it")
    }
  }

  /// The ends of all pieces, with `PretokenScanner.removed` set for those that are no pretokens.
  func ends(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt32] {
    var pieces: [Piece] = bytes.isEmpty ? [] : [(0..<bytes.count, true)]
    for stage in stages { pieces = Self.split(pieces, by: stage, of: bytes) }
    return pieces.map { piece in
      UInt32(piece.range.upperBound) | (piece.isPretoken ? 0 : PretokenScanner.removed)
    }
  }

  private static func split(
    _ pieces: [Piece], by stage: Stage, of bytes: UnsafeBufferPointer<UInt8>
  ) -> [Piece] {
    var result: [Piece] = []
    let open = pieces.indices.filter { pieces[$0].isPretoken }
    var next = 0
    stage.regex.segments(of: bytes, in: open.map { pieces[$0].range }) { index, segments in
      // What earlier stages removed stays where it is.
      result += pieces[next..<open[index]]
      next = open[index] + 1
      let segments = stage.inverted ? segments.map { ($0.range, !$0.isMatch) } : segments
      result += merged(segments, as: stage.behavior).filter { !$0.range.isEmpty }
    }
    return result + pieces[next...]
  }

  /// Source: `tokenizers` 0.23, `NormalizedString::split`.
  private static func merged(
    _ segments: [RegularExpression.Segment], as behavior: SplitBehavior
  ) -> [Piece] {
    switch behavior {
    case .removed: return segments.map { ($0.range, !$0.isMatch) }
    case .isolated: return segments.map { ($0.range, true) }
    case .contiguous:
      return joined(segments) { $0 == $1 }
    case .mergedWithPrevious:
      return joined(segments) { previous, isMatch in isMatch && !previous }
    case .mergedWithNext:
      // The same from the end: a match goes with what is behind it, unless that is a match.
      return joinedFromEnd(segments)
    }
  }

  private static func joined(
    _ segments: [RegularExpression.Segment], if joins: (_ previous: Bool, _ this: Bool) -> Bool
  ) -> [Piece] {
    var result: [Piece] = []
    var previous = false
    for segment in segments {
      if joins(previous, segment.isMatch), let last = result.popLast() {
        result.append((last.range.lowerBound..<segment.range.upperBound, true))
      } else {
        result.append((segment.range, true))
      }
      previous = segment.isMatch
    }
    return result
  }

  private static func joinedFromEnd(_ segments: [RegularExpression.Segment]) -> [Piece] {
    var result: [Piece] = []
    var next = false
    for segment in segments.reversed() {
      if segment.isMatch, !next, let last = result.popLast() {
        result.append((segment.range.lowerBound..<last.range.upperBound, true))
      } else {
        result.append((segment.range, true))
      }
      next = segment.isMatch
    }
    return result.reversed()
  }
}
