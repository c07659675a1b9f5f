internal import Artifacts

/// SubRip (`.srt`) and WebVTT (`.vtt`): a scene ends where nobody speaks for ten seconds.
///
/// Speakers are `<v NAME>` and `NAME:`. What goes on over several cues is one speech. Rolling captions
/// are shown once (see `RollingCaptions`). A scene in which no speaker is named has no dialogue; its
/// lines can be used by `--tasks continue`.
struct SubtitleFormat: SceneFormat {
  /// How long nobody speaks between two scenes, in milliseconds.
  private static let longestSilence = 10_000

  func scenes(of text: TextFile) -> SceneFile {
    let parsed = SubtitleParser.read(text.lines)
    let (cues, repeated) = RollingCaptions.withoutRepeats(parsed.cues)
    var file = SceneFile(
      noun: "scene", scenes: [], faults: parsed.faults, leftOut: parsed.leftOut)
    file.leftOut.add("repeated_line", count: repeated)
    var end = Int.min / 2
    for cue in cues {
      if cue.time.start - end > Self.longestSilence || file.scenes.isEmpty {
        file.scenes.append(Scene(number: file.scenes.count + 1, line: cue.line))
      }
      end = max(end, cue.time.end)
      Self.add(cue, to: &file.scenes[file.scenes.count - 1])
    }
    return file
  }

  private static func add(_ cue: SubtitleCue, to scene: inout Scene) {
    scene.line = min(scene.line, cue.line)
    for line in cue.lines {
      if let speaker = line.speaker, case .speech(var speech) = scene.beats.last,
        CharacterName(speech.speaker) == CharacterName(speaker)
      {
        speech.text += "\n" + line.text
        scene.beats[scene.beats.count - 1] = .speech(speech)
      } else if let speaker = line.speaker {
        if !line.text.isBlank {
          scene.beats.append(.speech(Scene.Speech(speaker: speaker, text: line.text)))
        }
      } else {
        scene.beats.append(.action(line.text))
      }
    }
  }
}
