internal import Artifacts

/// Makes tasks of a scene.
///
/// Nothing is made up: every answer stands in the source. A task whose answer would be empty, or would
/// be what was asked, is not made, and the reason is counted.
struct SceneTaskWriter {
  let scene: Scene
  let language: String?
  let window: ContextWindow
  /// Decides which sentence asks: the same for the same seed, scene and task, wherever the scene stands.
  let seed: Int
  /// The scene's name, which the choice depends on.
  let name: String

  /// What became of a task.
  enum Outcome {
    /// The messages.
    case made([Message])
    /// Why it cannot be made, in snake case.
    case impossible(String)
  }

  /// The messages of a task.
  func write(_ task: SceneTask) -> Outcome {
    switch task {
    case .continue: continuation()
    case .punchUp: punchUp()
    case .summarize: summary()
    case .shotList: shotList()
    }
  }

  private func continuation() -> Outcome {
    guard scene.beats.count >= 2 else { return .impossible("nothing_to_continue") }
    let cut = scene.beats.count / 2
    var before = Array(scene.beats[..<cut])
    if let turns = window.turns { before = before.suffix(max(1, turns)) }
    let sentence = sentence(.continue)
    func asked() -> String { Self.join(sentence, SceneText.text(heading: scene.heading, before)) }
    while before.count > 1, !window.fits(asked()) { before.removeFirst() }
    guard window.fits(asked()) else { return .impossible("longer_than_context") }
    return made(asked(), SceneText.text(heading: nil, Array(scene.beats[cut...])))
  }

  private func punchUp() -> Outcome {
    guard !scene.speeches.isEmpty else { return .impossible("no_dialogue") }
    let draft = scene.beats.map { beat -> Scene.Beat in
      guard case .speech(var speech) = beat else { return beat }
      speech.text = SceneText.firstSentence(of: speech.text)
      return .speech(speech)
    }
    guard draft != scene.beats else { return .impossible("draft_is_the_dialogue") }
    return whole(
      .punchUp, SceneText.text(heading: scene.heading, draft),
      SceneText.text(heading: nil, scene.beats))
  }

  private func summary() -> Outcome {
    guard let synopsis = scene.synopsis, !synopsis.isBlank else {
      return .impossible("no_synopsis")
    }
    guard !scene.beats.isEmpty else { return .impossible("nothing_to_summarize") }
    return whole(.summarize, SceneText.text(heading: scene.heading, scene.beats), synopsis)
  }

  private func shotList() -> Outcome {
    let actions = scene.actions
    guard !actions.isEmpty else { return .impossible("no_action") }
    let list = actions.enumerated().map { "\($0 + 1). \($1.replacing("\n", with: " "))" }
    return whole(
      .shotList, SceneText.text(heading: scene.heading, scene.beats), list.joined(separator: "\n"))
  }

  /// A task about the whole scene, which must fit.
  private func whole(_ task: SceneTask, _ text: String, _ answer: String) -> Outcome {
    let asked = Self.join(sentence(task), text)
    return window.fits(asked) ? made(asked, answer) : .impossible("longer_than_context")
  }

  private func made(_ asked: String, _ answer: String) -> Outcome {
    guard !answer.isBlank else { return .impossible("empty_answer") }
    return .made([Message(.user, .text(asked)), Message(.assistant, .text(answer))])
  }

  private func sentence(_ task: SceneTask) -> String {
    let sentences = SceneTaskTemplates.sentences(for: task, language: language)
    guard !sentences.isEmpty else { return "" }
    let digest = Digest(of: "\(seed)\u{0}\(task.rawValue)\u{0}\(name)".utf8)
    let number = digest.bytes.prefix(4).reduce(0) { $0 << 8 | Int($1) }
    return sentences[number % sentences.count]
  }

  private static func join(_ sentence: String, _ text: String) -> String {
    [sentence, text].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }
}
