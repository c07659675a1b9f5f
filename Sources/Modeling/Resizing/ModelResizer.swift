internal import Artifacts

/// Gives a model rows for the tokens that its tokenizer was extended with.
///
/// The folder that comes out holds the same files with the same tensors; only the matrices with a
/// row a token, `model.embed_tokens.weight` and, where it is stored, `lm_head.weight`, are longer,
/// and `vocab_size` is larger. Rows of old tokens keep their bytes, so that logits of old tokens
/// stay what they were. Rows that a model has behind its last token, to round their number up, become
/// those of new tokens; which is the last, the model's own tokenizer says, and without one nothing
/// does. Tensors keep their types, tied heads stay tied, and no more than one tensor and the new rows
/// are in memory.
public struct ModelResizer {
  private let path: String
  private let files: [String]
  private let tokens: NewTokens
  private let configuration: JSONValue
  private let oldCount: Int
  private let isTied: Bool

  /// The tensors with a row a token.
  private static let embedding = "model.embed_tokens.weight"
  private static let head = "lm_head.weight"

  /// What was done, for the user.
  public struct Result: Sendable {
    /// The number of rows now.
    public let vocabularyCount: Int
    /// For each resized matrix, how its rows were made: `0.61 · left + 0.35 · right + 0.02 · mean`.
    public let weights: [(name: String, text: String)]
  }

  /// A resizer for the model folder at `path`.
  ///
  /// - Parameter namedEnd: one more than the largest ID that the tokenizer in a folder names, `nil` if
  ///   none there says it; asked only for a model that has rows where the new tokens begin.
  /// - Throws: `missingFile`, `malformed`, what `namedEnd` throws; `invalidOption` if the tokens are
  ///   not those that follow the model's.
  public init(
    _ path: String, _ tokens: NewTokens, namedEnd: (_ folder: String) throws -> Int? = { _ in nil }
  ) throws {
    self.path = path
    self.tokens = tokens
    let folder = try ModelFolder(path)
    files = try folder.weightFiles()
    let file = Path.join(path, "config.json")
    let location = SourceLocation(file: file)
    configuration = try JSONValue(configuration: TextFile(file).bytes, at: location)
    oldCount = folder.configuration.vocabularyCount
    isTied = folder.configuration.tiesHead
    guard tokens.first <= oldCount else {
      throw AksharaError(
        .invalidOption,
        "the new tokens begin at \(tokens.first), but the model has \(oldCount) rows", at: location,
        remedy: "give the tokenizer that extends this model's own")
    }
    guard tokens.end > oldCount || tokens.first < oldCount else {
      throw AksharaError(
        .invalidOption, "the tokenizer has no new tokens", at: location,
        remedy: "extend it with `akshara tokenizer extend`")
    }
    try refuseResized()
    if tokens.first < oldCount {
      try refuseNamedRows(at: location)
      try refuseRowsOfOldTokens(namedEnd(path))
    }
  }

  /// A row that the configuration names, such as `eos_token_id`, is that of a token.
  private func refuseNamedRows(at location: SourceLocation) throws {
    let new = tokens.first..<min(tokens.end, oldCount)
    for pair in configuration.object?.pairs ?? [] where pair.key.hasSuffix("_token_id") {
      let ids = (pair.value.array ?? [pair.value]).compactMap(\.integer)
      guard let id = ids.first(where: { Int(exactly: $0).map(new.contains) ?? false }) else {
        continue
      }
      throw AksharaError(
        .invalidOption,
        "`\(pair.key)` is \(id), which a new token has too: its row would be replaced",
        at: location, remedy: Self.otherBase)
    }
  }

  private func refuseRowsOfOldTokens(_ namedEnd: Int?) throws {
    let location = SourceLocation(file: path)
    guard let namedEnd else {
      throw AksharaError(
        .invalidOption,
        "the model has \(oldCount) rows and the new tokens begin at \(tokens.first), but no tokenizer "
          + "in its folder says that the rows from there on belong to no old token",
        at: location,
        remedy: "put the model's own tokenizer.json there, or " + Self.otherBase)
    }
    guard namedEnd <= tokens.first else {
      throw AksharaError(
        .invalidOption,
        "the model's tokenizer has tokens up to \(namedEnd - 1), but the new tokens begin at "
          + "\(tokens.first): rows of old tokens would be replaced",
        at: location, remedy: Self.otherBase)
    }
  }

  private static let otherBase = "extend the model's own tokenizer, with all of its special tokens"

  /// A resized model may have learnt since; rows behind the last token, which a model may have from
  /// the beginning, have not.
  private func refuseResized() throws {
    let file = Path.join(path, Self.rowFile)
    guard Path.exists(file) else { return }
    let location = SourceLocation(file: file)
    let rows = try JSONValue(parsing: TextFile(file).bytes, at: location).array ?? []
    let new = tokens.first..<tokens.end
    guard !rows.contains(where: { $0.integer.map { new.contains(Int($0)) } ?? false }) else {
      throw AksharaError(
        .invalidOption,
        "the model has rows for these tokens already, and what they learnt would be lost",
        at: location, remedy: "resize the model that was not resized")
    }
  }

  /// The rows that the resized matrices have. Rows behind the last token, which some models have to
  /// round their number up, stay where they are needed no more than before.
  private var newCount: Int { max(oldCount, tokens.end) }

  /// Writes the resized model.
  ///
  /// - Parameters:
  ///   - output: the folder; it must be new, empty, or a resized model, and not the model itself.
  ///   - tokenizerFolder: where the extended tokenizer's files are copied from.
  /// - Throws: `invalidOption`, `unwritable`, `malformed`, `unsupported`.
  @discardableResult
  public func write(
    to output: String, rows initialization: RowInitialization, tokenizerFolder: String
  ) throws -> Result {
    let folder = try ModelFolder.begin(
      at: output, replacing: Self.rowFile, inputs: [path, tokenizerFolder])
    var weights: [(String, String)] = []
    var sizes: [(file: String, names: [String], bytes: Int)] = []
    for file in files {
      let target = Path.join(folder.workPath, Path.name(of: file))
      let (names, bytes) = try rewrite(file, to: target, initialization, weights: &weights)
      sizes.append((Path.name(of: file), names, bytes))
    }
    if files.count > 1 || Path.name(of: files[0]) != "model.safetensors" {
      try writeIndex(sizes, to: folder.workPath)
    }
    try writeConfiguration(to: folder.workPath)
    try copyOtherFiles(from: tokenizerFolder, to: folder.workPath)
    let ids = JSONValue.array((tokens.first..<tokens.end).map { JSONValue($0) })
    try AtomicFile.write(ids.compact, to: Path.join(folder.workPath, Self.rowFile))
    try folder.commit()
    return Result(vocabularyCount: newCount, weights: weights)
  }

  /// Where the IDs of the new rows are listed.
  private static let rowFile = ModelFolder.newRowsName

  private func rewrite(
    _ source: String, to target: String, _ initialization: RowInitialization,
    weights: inout [(String, String)]
  ) throws -> (names: [String], bytes: Int) {
    let file = try SafetensorsFile(source)
    var writer = SafetensorsWriter(metadata: file.metadata)
    var total = 0
    for name in file.names {
      let entry = try file.entry(name)
      var size = entry.bytes.count
      if name == Self.embedding || name == Self.head {
        let fit = try add(name, entry, of: file, initialization, to: &writer)
        if let fit { weights.append((name, fit.text)) }
        size = newCount * entry.shape[1] * entry.type.size
      } else {
        try writer.add(name, entry.type, entry.shape) { emit in
          try file.forEachPiece(of: name) { bytes, _ in try emit(bytes) }
        }
      }
      total += size
    }
    try writer.write(to: target)
    return (file.names, total)
  }

  /// Adds a longer matrix: the old rows as they are up to the first new one, then the new ones.
  private func add(
    _ name: String, _ entry: SafetensorsEntry, of file: SafetensorsFile,
    _ initialization: RowInitialization, to writer: inout SafetensorsWriter
  ) throws -> CompositionFit? {
    let format = try RowFormat(entry, named: name, at: SourceLocation(file: file.path))
    guard entry.shape[0] == oldCount else {
      throw AksharaError(
        .malformed, "the tensor `\(name)` has \(entry.shape[0]) rows, not \(oldCount)",
        at: SourceLocation(file: file.path),
        remedy: "check that the configuration belongs to these weights")
    }
    let tokens = tokens
    let oldCount = oldCount
    let role: RowRole = name == Self.head || isTied ? .predicting : .reading
    let fit = try file.withBytes(of: name) { bytes in
      initialization == .composed
        ? NewRows(tokens, format: format, bytes: bytes).compositionFit : nil
    }
    try writer.add(name, entry.type, [newCount, format.width]) { emit in
      try file.withBytes(of: name) { bytes in
        try emit(UnsafeRawBufferPointer(rebasing: bytes[..<(tokens.first * format.size)]))
        let rows = NewRows(tokens, format: format, bytes: bytes)
        for row in rows.make(initialization, fit: fit, role: role) {
          try format.bytes(of: row).withUnsafeBytes { try emit($0) }
        }
        guard oldCount > tokens.end else { return }
        try emit(UnsafeRawBufferPointer(rebasing: bytes[(tokens.end * format.size)...]))
      }
    }
    return fit
  }

  private func writeIndex(
    _ files: [(file: String, names: [String], bytes: Int)], to folder: String
  ) throws {
    let map = files.flatMap { file in file.names.map { ($0, JSONValue.string(file.file)) } }
    let index: JSONValue = [
      "metadata": ["total_size": JSONValue(files.reduce(0) { $0 + $1.bytes })],
      "weight_map": .object(
        JSONObject(map.sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) })),
    ]
    try AtomicFile.write(
      index.pretty, to: Path.join(folder, "model.safetensors.index.json"))
  }

  private func writeConfiguration(to folder: String) throws {
    guard var object = configuration.object else { return }
    object["vocab_size"] = JSONValue(newCount)
    try AtomicFile.write(
      JSONValue.object(object).pretty, to: Path.join(folder, "config.json"))
  }

  /// The model's own settings for generation, and the tokenizer's files.
  private func copyOtherFiles(from tokenizerFolder: String, to folder: String) throws {
    let carried =
      [(path, "generation_config.json")]
      + [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "chat_template.jinja",
        "extension.json",
      ].map { (tokenizerFolder, $0) }
    for (source, name) in carried where Path.exists(Path.join(source, name)) {
      try AtomicFile.copy(Path.join(source, name), to: Path.join(folder, name))
    }
  }
}
