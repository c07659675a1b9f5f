internal import Artifacts
internal import Batching
internal import Conversations
internal import Tokenization

/// Conversations before they are sharded: a row is a line of a file.
struct ConversationRows: RowSource {
  private let file: LineFile
  private let preview: RowPreview?
  private let other: RowComparer?
  private let template: String

  let digest: String? = nil

  /// - Parameters:
  ///   - tokenizer: a file; without it rows are shown as conversations only.
  ///   - template: a template's name.
  /// - Throws: `missingFile`, `unreadable`, `malformed` for damaged compression; as `BPETokenizer`;
  ///   `invalidOption` for a template that is unknown or does not go with the tokenizer.
  init(
    _ path: String, tokenizer: String?, template: String, comparedWith other: ComparisonOptions?
  ) throws {
    let options = FormatOptions(templates: [template], maxLength: FormatOptions.longestRow)
    let own = try tokenizer.map { try BPETokenizer(contentsOf: $0) }
    preview = try own.map { try RowPreview(options, tokenizer: $0) }
    self.other = try other.map { try RowComparer($0, tokenizer: own, options: options) }
    self.template = template
    file = try LineFile(path)
  }

  var count: Int { file.count }

  var description: JSONValue {
    [
      "kind": "conversations", "name": .string(Path.name(of: file.path)),
      "count": JSONValue(count), "splits": .array([]), "languages": .array([]),
      "sources": .array([]), "templates": .array(preview == nil ? [] : [.string(template)]),
      "faults": .array([["name": "broken_record", "count": .null]]),
      "tokenized": .bool(preview != nil), "tokenizer": .bool(preview != nil),
      "comparison": other.map { .string($0.name) } ?? .null,
    ]
  }

  /// The conversation on a line.
  ///
  /// - Throws: `malformed`, naming the line; `unreadable`.
  private func conversation(_ row: Int) throws -> Conversation {
    try conversation(of: try file.line(row), with: try JSONParser())
  }

  private func conversation(of line: JSONLine, with parser: JSONParser) throws -> Conversation {
    let location = SourceLocation(file: file.path, line: line.number)
    return try Conversation(
      json: try parser.value(of: line, in: file.path), at: location)
  }

  func id(_ row: Int) -> String { (try? conversation(row).id) ?? "" }

  func tags(_ row: Int) -> [String] { (try? conversation(row).tags) ?? [] }

  func listing(_ row: Int) -> RowListing {
    do {
      let shown = try conversation(row)
      let first = shown.messages.first { $0.role == .user } ?? shown.messages.first
      let reply = shown.messages.first { $0.role == .assistant }
      let sample = preview?.row(of: shown).sample
      return RowListing(
        row: row, split: shown.split?.rawValue ?? "", number: file.number(row) ?? row + 1,
        id: shown.id, language: shown.language ?? "", tokens: sample?.inputIDs.count,
        supervised: sample?.supervisedCount,
        snippet: RowListing.snippet(Array((first?.content.text ?? "").utf8)),
        answer: RowListing.snippet(Array((reply?.content.text ?? "").utf8)))
    } catch {
      return RowListing(
        row: row, split: "", number: file.number(row) ?? row + 1, id: "", language: "",
        tokens: nil, supervised: nil, snippet: "\(error)")
    }
  }

  func detail(_ row: Int) throws -> JSONValue {
    let shown: Conversation
    do { shown = try conversation(row) } catch let error as AksharaError {
      return [
        "row": JSONValue(row), "number": JSONValue(file.number(row) ?? row + 1),
        "faults": .array([["name": "broken_record", "detail": .string("\(error)")]]),
      ]
    }
    var object: JSONObject = [
      "row": JSONValue(row), "split": .string(shown.split?.rawValue ?? ""),
      "number": JSONValue(file.number(row) ?? row + 1), "id": .string(shown.id),
      "language": .string(shown.language ?? ""),
      "source": .string(shown.provenance?.source ?? ""),
      "tags": .array(shown.tags.map { .string($0) }),
      "messages": .array(shown.messages.map(\.pageJSON)), "faults": .array([]),
    ]
    if let preview {
      let result = preview.row(of: shown)
      object["remarks"] = .array(result.remarks.map { .string($0) })
      if let sample = result.sample {
        let picture = RowPicture(sample, tokenizer: preview.tokenizer)
        object["tokens"] = .object(TokenPage.json(sample, picture))
      }
    }
    return .object(object)
  }

  func comparison(_ row: Int) throws -> JSONValue {
    guard let other, let preview else { throw RowComparer.nothingToCompare }
    let shown = try conversation(row)
    let left = preview.row(of: shown)
    let right = other.row(of: shown, left.sample, preview.tokenizer)
    return RowComparer.json(
      (left, preview.tokenizer, template), (right, other.tokenizer, other.name))
  }

  func matcher(for filter: RowFilter) -> (Int) -> Bool {
    guard let parser = try? JSONParser() else { return { _ in false } }
    return { passes($0, filter, parser) }
  }

  private func passes(_ row: Int, _ filter: RowFilter, _ parser: JSONParser) -> Bool {
    guard let line = try? file.line(row) else { return false }
    // What stands in a line's JSON may be escaped; the parsed text is what is searched.
    guard let shown = try? conversation(of: line, with: parser) else {
      guard let fault = filter.fault, fault == "any" || fault == "broken_record" else {
        return filter.search.map { line.bytes.withUnsafeBytes($0.isFound) } ?? filter.isEmpty
      }
      return true
    }
    if filter.fault != nil || filter.hasControlText && preview == nil { return false }
    if let wanted = filter.split, wanted != (shown.split?.rawValue ?? "") { return false }
    if let wanted = filter.language, wanted != (shown.language ?? "") { return false }
    if let wanted = filter.source, wanted != (shown.provenance?.source ?? "") { return false }
    if let wanted = filter.tag, !shown.tags.contains(wanted) { return false }
    if let search = filter.search {
      let texts =
        [shown.id]
        + shown.messages.flatMap { [$0.content.text, $0.reasoning] }
        .compactMap { $0 }
      guard texts.contains(where: { Array($0.utf8).withUnsafeBytes(search.isFound) }) else {
        return false
      }
    }
    guard filter.asksTokens || filter.hasControlText else { return true }
    guard let result = preview?.row(of: shown), let sample = result.sample else { return false }
    if filter.hasControlText, !(preview?.hasControlText(shown) ?? false) { return false }
    return filter.allows(
      tokens: sample.inputIDs.count, supervised: { sample.supervisedCount })
  }
}

extension Message {
  /// The message for the page.
  fileprivate var pageJSON: JSONValue {
    var object: JSONObject = [
      "role": .string(role.rawValue),
      "content": .string(content.text ?? "(parts that are no text)"),
    ]
    if let name { object["name"] = .string(name) }
    if let reasoning { object["reasoning"] = .string(reasoning) }
    if let supervised { object["supervised"] = .bool(supervised) }
    if let weight { object["weight"] = .number(weight) }
    if !toolCalls.isEmpty {
      object["tool_calls"] = .string(JSONValue.array(toolCalls).compactString)
    }
    return .object(object)
  }
}
