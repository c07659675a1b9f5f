/// Screenplays in Fountain: one scene a heading.
///
/// Cues name the speakers; actions, centered texts and lyrics outside of dialogue are what is done.
/// Parentheticals, transitions, sections, synopses, notes and boneyard are for the people who make
/// the film, and left out. Dialogue before the first heading makes a scene without one; other text
/// there belongs to the first scene.
struct FountainFormat: SceneFormat {
  func scenes(of lines: [String]) -> SceneFile {
    var builder = Builder()
    for element in FountainParser.elements(of: lines) { builder.add(element) }
    builder.finish()
    var file = SceneFile(noun: "scene", scenes: builder.scenes)
    if file.scenes.isEmpty {
      let fault = RowFault(
        .noScene, "there is no scene: no heading such as INT. or EXT., and no dialogue",
        remedy: "give scenes headings after a blank line, forced ones with a full stop")
      file.faults = [(line: 1, fault: fault)]
    }
    return file
  }

  /// Collects elements into scenes.
  private struct Builder {
    private(set) var scenes: [Scene] = []
    private var current: Scene?
    private var speech: Scene.Speech?

    mutating func add(_ element: FountainElement) {
      let text = InlineMarkup.plain(element.text)
      switch element.kind {
      case .sceneHeading: begin(heading: text, line: element.line)
      case .character:
        endSpeech()
        open(element.line)
        speech = Scene.Speech(speaker: text, text: "")
      case .dialogue: speak(text)
      case .lyrics where speech != nil: speak(text)
      case .parenthetical: break
      case .action, .centered, .lyrics:
        endSpeech()
        open(element.line)
        current?.beats.append(.action(text))
      case .titlePage, .transition, .section, .synopsis, .pageBreak: endSpeech()
      }
    }

    /// Text before the first heading begins a scene that is only kept if somebody speaks in it.
    private mutating func open(_ line: Int) {
      if current == nil { current = Scene(number: 1, line: line) }
    }

    private mutating func begin(heading: String, line: Int) {
      endSpeech()
      let opening = current.flatMap { $0.heading == nil && $0.speeches.isEmpty ? $0.beats : nil }
      if opening == nil { endScene() }
      current = Scene(
        number: scenes.count + 1, line: line, heading: heading, beats: opening ?? [])
    }

    private mutating func speak(_ text: String) {
      guard let said = speech?.text else { return }
      speech?.text = said.isEmpty ? text : said + "\n" + text
    }

    private mutating func endSpeech() {
      defer { speech = nil }
      guard var speech else { return }
      speech.text = speech.text.trimmingSpaces()
      if !speech.text.isEmpty { current?.beats.append(.speech(speech)) }
    }

    private mutating func endScene() {
      if let current { scenes.append(current) }
      current = nil
    }

    mutating func finish() {
      endSpeech()
      if current?.heading != nil || current?.speeches.isEmpty == false { endScene() }
    }
  }
}
