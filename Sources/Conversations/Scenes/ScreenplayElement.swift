/// A piece of a screenplay.
struct ScreenplayElement: Equatable {
  /// What it is.
  enum Kind: Equatable {
    /// An entry of the title page.
    case titlePage(key: String)
    /// `INT. KITCHEN - DAY #1A#`, with its scene number.
    case sceneHeading(number: String?)
    /// What is seen or heard: a paragraph.
    case action
    /// A cue; the text is the name without extensions.
    case character(extensions: String?, isDual: Bool)
    /// `(beat)` between cue and dialogue.
    case parenthetical
    /// A line that is spoken.
    case dialogue
    /// A line that is sung.
    case lyrics
    /// `CUT TO:`
    case transition
    /// `> THE END <`
    case centered
    /// `# Act one`
    case section(depth: Int)
    /// `= What happens`
    case synopsis
    /// `===`
    case pageBreak
  }

  /// What it is.
  var kind: Kind
  /// Its text without marks that force or decorate it; emphasis is kept.
  var text: String
  /// The line on which it begins, from 1.
  var line: Int
}
