/// The format of a source.
public enum ImportKind: String, Sendable, CaseIterable {
  /// Recognized file by file: by the suffix, then by the columns of the first rows.
  case auto
  /// Our own records (`schemas/conversation.schema.json`).
  case conversations
  /// `messages` or `conversations` with role/content or from/value keys (OpenAI, ShareGPT).
  case messages
  /// `instruction`, `context`, `response`, `category`.
  case dolly
  /// `instruction`, `input`, `output`.
  case alpaca
  /// A screenplay in Fountain.
  case fountain
  /// A screenplay of Final Draft (`.fdx`).
  case fdx
  /// The text of a script, out of Celtx or a PDF.
  case script
  /// A script in Markdown: `### SCENE 12`.
  case sceneMarkdown = "scene-markdown"
  /// Scenes in JSON: `{"meta": …, "text": …}`.
  case sceneJSON = "scene-json"
  /// Markdown dialogues below `#### CATEGORY – Title` headers.
  case snippets
  /// Plain dialogue: `NAME: line`.
  case dialogue
  /// Subtitles in SubRip (`.srt`).
  case srt
  /// Subtitles in WebVTT (`.vtt`).
  case webvtt
  /// One document a line, or a `text` column.
  case text
}
