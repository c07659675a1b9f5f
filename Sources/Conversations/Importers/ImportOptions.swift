public import Artifacts
public import Orthography

/// How one source becomes conversations: an entry of a recipe's `sources`.
public struct ImportOptions: Sendable, Equatable {
  /// `kind`: the format; recognized if not given.
  public var kind: ImportKind = .auto
  /// `path`: files and patterns (`*`, `?`, `[…]`), in the order in which they are read.
  public var paths: [String] = []
  /// `licence`: an SPDX identifier for the provenance of every record.
  public var licence: String?
  /// `language`: a BCP 47 tag that overrides the one that the script tells; romanized Kannada and
  /// Telugu need it (`kn-Latn`, `te-Latn`).
  public var language: String?
  /// `tags`: labels that every record gets, before those of the row.
  public var tags: [String] = []
  /// `assistant`: the characters that speak as assistant in scenes and snippets; `*` stands for the
  /// speaker of each scene's last line.
  public var assistant: [String] = []
  /// `system_prompt`: begins the system message of every conversation that has none of its own,
  /// and stands before the setting of a scene.
  public var systemPrompt: String?
  /// `tasks`: what is asked about each scene besides, or instead of, playing in it.
  public var tasks: [SceneTask] = []
  /// `seed`: decides which sentence asks for a task; the recipe's, where it is not written.
  public var seed = 0
  /// `context_turns`: the most turns before an answer of a scene; `nil` for all.
  public var contextTurns: Int?
  /// `context_tokens`: the most tokens before an answer of a scene; `nil` for any number. Without a
  /// tokenizer these are bytes of UTF-8.
  public var contextTokens: Int?
  /// `encoding`: how texts are encoded that are not UTF-8; `nil` takes UTF-8 only.
  public var encoding: EncodingChoice?
  /// What paths are called in provenances and messages, where not as they are: copies of files that
  /// belong elsewhere.
  public var names: [String: String] = [:]
  /// The file's column for one of ours, for example `["instruction": "prompt"]`.
  public var columns: [String: String] = [:]
  /// The names of a table's columns, if its first record does not hold them.
  public var tableColumns: [String]?
  /// `max_bad_rows`: how many rows may be broken before the import stops; `nil` for any number.
  /// Scenes in which nobody speaks are set aside too, but are not broken.
  public var maxBadRows: Int? = 0
  /// How many threads read the rows of a file; the output is the same for any number.
  public var threads = 1
  /// `limit`: how many records are read at most; `nil` for all.
  public var limit: Int?

  /// The defaults.
  public init(kind: ImportKind = .auto, paths: [String] = []) {
    self.kind = kind
    self.paths = paths
  }

  /// Reads an entry of `sources`.
  ///
  /// - Throws: `invalidOption`.
  public init(reading reader: inout OptionReader) throws {
    let count = 0...Int(Int32.max)
    kind = try reader.choice("kind", ImportKind.self) ?? .auto
    guard let paths = try reader.strings("path"), !paths.isEmpty else {
      throw reader.missing("path")
    }
    self.paths = paths
    encoding = try reader.string("encoding").map {
      try Self.encoding($0, at: reader.location)
    }
    licence = try reader.string("licence")
    language = try reader.string("language")
    tags = try reader.strings("tags") ?? []
    assistant = try reader.strings("assistant") ?? []
    systemPrompt = try reader.string("system_prompt")
    tasks = try Self.tasks(try reader.strings("tasks") ?? [], at: reader.location)
    seed = try reader.integer("seed", in: 0...Int(Int32.max)) ?? 0
    contextTurns = try reader.integer("context_turns", in: count)
    contextTokens = try reader.integer("context_tokens", in: 1...Int(Int32.max))
    maxBadRows = try reader.integer("max_bad_rows", in: count) ?? 0
    limit = try reader.integer("limit", in: 1...Int(Int32.max))
    try reader.finish()
    try check(at: reader.location)
  }

  /// Refuses values that cannot be.
  ///
  /// - Throws: `invalidOption`.
  public func check(at location: SourceLocation? = nil) throws {
    if let language, !Self.isLanguageTag(language) {
      throw AksharaError(
        .invalidOption, "the language \"\(language)\" is not a BCP 47 tag", at: location,
        remedy: "write for example kn, te, en or te-Latn")
    }
    for (name, flag, value, least) in [
      ("context_turns", "--context-turns", contextTurns, 0),
      ("context_tokens", "--context-tokens", contextTokens, 1),
    ] {
      guard let value, value < least else { continue }
      throw AksharaError(
        .invalidOption, "`\(name)` (`\(flag)`) is \(value)", at: location,
        remedy: "give a number of at least \(least)")
    }
    if let maxBadRows, maxBadRows < 0 {
      throw AksharaError(
        .invalidOption, "`max_bad_rows` (`--max-bad-rows`) is \(maxBadRows)", at: location,
        remedy: "it cannot be negative: give 0 or a positive number")
    }
  }

  /// Our columns, by the kinds that have them.
  public static let columnNames: KeyValuePairs<ImportKind, [String]> = [
    .messages: MessagesFormat.listColumns + [
      "role", "content", "from", "value", "system", "tools", "label",
    ],
    .dolly: ["instruction", "context", "response", "category"],
    .alpaca: ["instruction", "input", "output", "history"],
    .completion: ["prompt", "completion", "context", "category"],
    .preference: ["prompt", "chosen", "rejected"],
    .text: ["text"],
    .dialogueTable: DialogueTableFormat.names.map(\.ours),
  ]

  /// The columns that `OURS=THEIRS` entries map.
  ///
  /// - Throws: `invalidOption` for an entry without both names, or with a column that is not ours.
  public static func columns(_ entries: [String]) throws -> [String: String] {
    var columns: [String: String] = [:]
    for entry in entries {
      let names = entry.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard names.count == 2, !names[0].isEmpty, !names[1].isEmpty else {
        throw AksharaError(
          .invalidOption, "\"\(entry)\" maps no column",
          remedy: "write ours=theirs, for example instruction=prompt")
      }
      guard columnNames.contains(where: { $0.value.contains(String(names[0])) }) else {
        let known = columnNames.map { "\($0.key.rawValue): " + $0.value.joined(separator: ", ") }
        throw AksharaError(
          .invalidOption, "\"\(entry)\" maps `\(names[0])`, which is no column of ours",
          remedy: "use one of these (\(known.joined(separator: "; ")))")
      }
      columns[String(names[0])] = String(names[1])
    }
    return columns
  }

  /// The names of encodings, `auto` first.
  public static var encodingNames: [String] { EncodingChoice.names }

  /// The choice of an encoding that a name stands for.
  ///
  /// - Throws: `invalidOption` for an unknown name.
  public static func encoding(
    _ name: String, at location: SourceLocation? = nil
  ) throws -> EncodingChoice {
    if let choice = EncodingChoice(name: name) { return choice }
    throw AksharaError(
      .invalidOption, "there is no encoding \"\(name)\"", at: location,
      remedy: "use \(encodingNames.joined(separator: ", ")); `auto` follows byte order marks")
  }

  /// The tasks that names stand for; several may be joined by commas.
  ///
  /// - Throws: `invalidOption` for an unknown name.
  public static func tasks(
    _ names: [String], at location: SourceLocation? = nil
  ) throws -> [SceneTask] {
    var tasks: [SceneTask] = []
    for name in names.flatMap({ $0.split(separator: ",").map { String($0).trimmingSpaces() } }) {
      guard let task = SceneTask(rawValue: name) else {
        throw AksharaError(
          .invalidOption, "there is no task \"\(name)\"", at: location,
          remedy: "use " + SceneTask.allCases.map(\.rawValue).joined(separator: ", "))
      }
      if !tasks.contains(task) { tasks.append(task) }
    }
    return tasks
  }

  /// All resolved values.
  public var json: JSONValue {
    var object: JSONObject = [
      "kind": .string(kind.rawValue),
      "path": .array(paths.map { .string(names[$0] ?? $0) }),
    ]
    object["encoding"] = encoding.map { .string($0.name) }
    object["licence"] = licence.map(JSONValue.string) ?? .null
    object["language"] = language.map(JSONValue.string) ?? .null
    object["tags"] = .array(tags.map(JSONValue.string))
    object["assistant"] = .array(assistant.map(JSONValue.string))
    object["system_prompt"] = systemPrompt.map(JSONValue.string) ?? .null
    if !tasks.isEmpty {
      object["tasks"] = .array(tasks.map { .string($0.rawValue) })
      object["seed"] = JSONValue(seed)
    }
    object["context_turns"] = contextTurns.map { JSONValue($0) }
    object["context_tokens"] = contextTokens.map { JSONValue($0) }
    if !columns.isEmpty {
      let sorted = columns.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
      object["columns"] = .object(JSONObject(sorted.map { ($0.key, .string($0.value)) }))
    }
    if let tableColumns { object["table_columns"] = .array(tableColumns.map(JSONValue.string)) }
    object["max_bad_rows"] = maxBadRows.map { JSONValue($0) } ?? .null
    object["limit"] = limit.map { JSONValue($0) } ?? .null
    return .object(object)
  }

  /// Letters and digits in groups of at most eight, the first of letters (RFC 5646 §2.1).
  private static func isLanguageTag(_ tag: String) -> Bool {
    let groups = tag.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let isWord = groups.allSatisfy { group in
      (1...8).contains(group.count)
        && group.allSatisfy { byte in
          let character = Character(Unicode.Scalar(byte))
          return character.isASCII && (character.isLetter || character.isNumber)
        }
    }
    return isWord && (groups.first?.count ?? 0) >= 2
      && !(groups.first?.contains { (0x30...0x39).contains($0) } ?? true)
  }
}
