/// A scene of a screenplay, or a snippet: a setting and what is said and done in it.
struct Scene: Equatable {
  /// Something that happens in a scene.
  enum Beat: Equatable {
    /// A character speaks.
    case speech(Speech)
    /// Something is seen or done.
    case action(String)
  }

  /// What one character says at a stretch.
  struct Speech: Equatable {
    /// The character, without extensions such as `(V.O.)`.
    var speaker: String
    /// What is said; several lines if it stood on several.
    var text: String
  }

  /// Its place among the scenes of its file, from 1.
  var number: Int
  /// The line on which it begins, from 1.
  var line: Int
  /// Its heading or title, if it has one.
  var heading: String?
  /// What happens, in order.
  var beats: [Beat] = []
  /// Labels that the file gives it.
  var tags: [String] = []

  /// What is said, in order.
  var speeches: [Speech] {
    beats.compactMap { if case .speech(let speech) = $0 { speech } else { nil } }
  }
}

/// The scenes of a file.
struct SceneFile {
  /// What one scene is called in identifiers and messages: `scene` or `snippet`.
  var noun: String
  /// The scenes in order.
  var scenes: [Scene]
  /// What is wrong with parts of the file that are no scene, with the line where they begin.
  var faults: [(line: Int, fault: RowFault)] = []
}

/// Reads scenes from a text.
protocol SceneFormat: Sendable {
  func scenes(of lines: [String]) -> SceneFile
}
