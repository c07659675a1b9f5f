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
  /// `prompt` and `completion`, or what other sets call them: `question` and `answer`, ….
  case completion
  /// `chosen` and `rejected`: DPO, and HH's pairs of texts.
  case preference
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
  /// Dialogue in CSV or TSV: a column for the speaker and one for the line.
  case dialogueTable = "dialogue-table"
  /// Subtitles in SubRip (`.srt`).
  case srt
  /// Subtitles in WebVTT (`.vtt`).
  case webvtt
  /// One document a line, or a `text` column.
  case text

  /// Other names under which data sets are known.
  public static let aliases: [String: ImportKind] = [
    "openai": .messages, "sharegpt": .messages, "chatml": .messages, "kto": .auto,
    "dpo": .preference, "hh": .preference, "instruction": .dolly, "pricer": .completion,
    "jsonl": .auto, "json": .auto, "csv": .auto, "tsv": .auto, "parquet": .auto, "arrow": .auto,
  ]
}
