/// Takes out what rolling captions repeat.
///
/// Live captions show each line twice: as the lower line when it is spoken, and as the upper line of
/// the next cue. A line counts as repeated if the cue before, which has not ended long ago, ended with
/// it, and everything above it is repeated too.
///
/// ```
/// 1  ಒಂದು                    ಒಂದು
/// 2  ಒಂದು / ಎರಡು       →     ಎರಡು
/// 3  ಎರಡು / ಮೂರು             ಮೂರು
/// ```
enum RollingCaptions {
  /// How long after a cue's end its lines may go on, in milliseconds.
  private static let longestGap = 50

  /// The cues without repeated lines, and how many lines were taken out.
  static func withoutRepeats(_ cues: [SubtitleCue]) -> (cues: [SubtitleCue], repeated: Int) {
    var kept: [SubtitleCue] = []
    var repeated = 0
    var shown: [SubtitleCue.Line] = []
    var end = Int.min / 2
    for cue in cues {
      let isAdjacent = cue.time.start <= end + longestGap
      let count = isAdjacent ? overlap(of: shown, with: cue.lines) : 0
      repeated += count
      let shownBefore = shown
      (shown, end) = (cue.lines, max(end, cue.time.end))
      var cue = cue
      // What goes on below a repeated line is said by who said that, if nobody else is named.
      let going = count > 0 ? shownBefore[shownBefore.count - 1].speaker : nil
      if count > 0, cue.lines[count - 1].speaker == nil {
        for index in cue.lines.indices where cue.lines[index].speaker == nil {
          cue.lines[index].speaker = going
        }
        shown = cue.lines
      }
      cue.lines.removeFirst(count)
      if !cue.lines.isEmpty { kept.append(cue) }
    }
    return (kept, repeated)
  }

  /// The most lines that end `shown` and begin `lines`.
  private static func overlap(of shown: [SubtitleCue.Line], with lines: [SubtitleCue.Line]) -> Int {
    for count in stride(from: min(shown.count, lines.count), to: 0, by: -1)
    where zip(shown.suffix(count), lines).allSatisfy(isRepeated) {
      return count
    }
    return 0
  }

  /// Whether a line is shown again: with the same speaker, or with none.
  private static func isRepeated(_ shown: SubtitleCue.Line, _ line: SubtitleCue.Line) -> Bool {
    shown.text == line.text && (line.speaker == nil || line.speaker == shown.speaker)
  }
}
