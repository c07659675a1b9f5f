public import Artifacts
internal import Conversations

extension ShardManifest {
  /// The manifest as it is written.
  public var json: JSONValue {
    [
      "format": .string(Self.format), "version": JSONValue(Self.version),
      "tool": ["name": "akshara", "version": .string(tool)],
      "tokenizer": [
        "digest": .string(tokenizerDigest), "vocabulary": JSONValue(vocabularyCount),
      ],
      "templates": .array(templates.map(\.json)), "format_options": options.json,
      "inputs": .array(
        inputs.map {
          ["name": .string($0.name), "digest": .string($0.digest.description)]
        }),
      "splits": .array(splits.map(\.json)), "dropped": dropped?.json ?? .null,
      "origin": origin?.json ?? .null,
      "proof": proof?.json ?? .null,
    ]
  }

  /// Reads a manifest.
  ///
  /// A proof that contradicts itself is read as none: it is made anew from the rows.
  ///
  /// - Throws: `malformed` if something is missing or cannot be; `unsupported` for another version.
  public init(json: JSONValue, at location: SourceLocation) throws {
    func malformed(_ key: String) -> AksharaError {
      AksharaError(
        .malformed, "the manifest's `\(key)` is missing or not as it should be", at: location,
        remedy: "make the shard set again")
    }
    guard json["format"]?.string == Self.format else { throw malformed("format") }
    guard json["version"]?.integer == Int64(Self.version) else {
      throw AksharaError(
        .unsupported, "the shard set has a layout of another version", at: location,
        remedy: "make it again, or use the version of akshara that made it")
    }
    guard let tool = json["tool"]?["version"]?.string else { throw malformed("tool") }
    guard let digest = json["tokenizer"]?["digest"]?.string,
      let vocabulary = json["tokenizer"]?["vocabulary"]?.integer, vocabulary > 0,
      vocabulary <= Int64(Int32.max)
    else { throw malformed("tokenizer") }
    guard let templates = json["templates"]?.array?.map(Template.init(json:)),
      templates.allSatisfy({ $0 != nil })
    else { throw malformed("templates") }
    guard let inputs = json["inputs"]?.array?.map(Input.init(json:)),
      inputs.allSatisfy({ $0 != nil })
    else { throw malformed("inputs") }
    guard let splits = json["splits"]?.array?.map(SplitRecord.init(json:)), !splits.isEmpty,
      splits.allSatisfy({ $0 != nil })
    else { throw malformed("splits") }
    guard let options = json["format_options"] else { throw malformed("format_options") }
    var reader = try OptionReader(
      OptionNode(options, at: location), section: "format_options")
    (self.tool, tokenizerDigest, vocabularyCount) = (tool, digest, Int(vocabulary))
    self.options = try FormatOptions(reading: &reader)
    self.templates = templates.compactMap { $0 }
    self.inputs = inputs.compactMap { $0 }
    self.splits = splits.compactMap { $0 }
    switch json["dropped"] {
    case nil, .null?: dropped = nil
    case let value?:
      guard let file = File(json: value, in: "") else { throw malformed("dropped") }
      dropped = file
    }
    switch json["origin"] {
    case nil, .null?: origin = nil
    case let value?:
      guard let read = Origin(json: value) else { throw malformed("origin") }
      origin = read
    }
    switch json["proof"] {
    case nil, .null?: proof = nil
    case let value?:
      proof = SupervisionProof(json: value)
      hasBrokenProof = proof == nil
    }
  }
}

extension ShardManifest.Template {
  /// The template as it was used.
  init(_ template: any ChatTemplate) {
    self.init(
      name: template.name, beginToken: template.beginToken,
      endOfTurnToken: template.endOfTurnToken, otherEndTokens: template.otherEndTokens,
      continuesTurns: template.continuesTurns, controlTokens: template.requiredSpecialTokens,
      jinja: template.jinja)
  }

  fileprivate var json: JSONValue {
    var object: JSONObject = [
      "name": .string(name), "digest": .string(digest.description),
      "begin_token": beginToken.map { .string($0) } ?? .null,
      "end_of_turn_token": .string(endOfTurnToken),
    ]
    if !otherEndTokens.isEmpty {
      object["other_end_tokens"] = .array(otherEndTokens.map { .string($0) })
    }
    if continuesTurns { object["continues_turns"] = true }
    object["control_tokens"] = .array(controlTokens.map { .string($0) })
    object["chat_template"] = .string(jinja)
    return .object(object)
  }

  fileprivate init?(json: JSONValue) {
    guard let name = json["name"]?.string, let end = json["end_of_turn_token"]?.string,
      let tokens = json["control_tokens"]?.array?.map(\.string),
      let jinja = json["chat_template"]?.string, tokens.allSatisfy({ $0 != nil })
    else { return nil }
    self.init(
      name: name, beginToken: json["begin_token"]?.string, endOfTurnToken: end,
      otherEndTokens: json["other_end_tokens"]?.array?.compactMap(\.string) ?? [],
      continuesTurns: json["continues_turns"]?.bool ?? false,
      controlTokens: tokens.compactMap { $0 }, jinja: jinja)
    guard json["digest"]?.string == digest.description else { return nil }
  }
}

extension ShardManifest.Origin {
  fileprivate var json: JSONValue {
    ["name": .string(name), "unproven": .array(unproven.map { .string($0.rawValue) })]
  }

  fileprivate init?(json: JSONValue) {
    guard let name = json["name"]?.string, let names = json["unproven"]?.array else { return nil }
    let unproven = names.compactMap {
      $0.string.flatMap(SupervisionProof.Unproven.init(rawValue:))
    }
    guard unproven.count == names.count else { return nil }
    self.init(name: name, unproven: unproven)
  }
}

extension ShardManifest.Input {
  fileprivate init?(json: JSONValue) {
    guard let name = json["name"]?.string,
      let digest = json["digest"]?.string.flatMap({ Digest($0) })
    else { return nil }
    self.init(name: name, digest: digest)
  }
}

extension ShardManifest.SplitRecord {
  fileprivate var json: JSONValue {
    [
      "split": .string(split.rawValue), "counts": counts.json,
      "files": .array(files.map(\.json)),
    ]
  }

  fileprivate init?(json: JSONValue) {
    guard let split = json["split"]?.string.flatMap(Split.init(rawValue:)),
      let counts = json["counts"].flatMap(ShardCounts.init(json:)),
      let files = json["files"]?.array?.map({
        ShardManifest.File(json: $0, in: "\(split.rawValue)/")
      }),
      files.allSatisfy({ $0 != nil })
    else { return nil }
    self.init(split: split, counts: counts, files: files.compactMap { $0 })
  }
}

extension ShardManifest.File {
  fileprivate var json: JSONValue {
    [
      "path": .string(path), "digest": .string(digest.description), "rows": JSONValue(rows),
    ]
  }

  /// Reads a file's entry. Its path must be `folder` and a plain name, so that nothing outside of
  /// the set can be meant.
  fileprivate init?(json: JSONValue, in folder: String) {
    guard let path = json["path"]?.string, let rows = json["rows"]?.integer, rows >= 0,
      let digest = json["digest"]?.string.flatMap({ Digest($0) }), path.hasPrefix(folder)
    else { return nil }
    let name = path.dropFirst(folder.count)
    guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { return nil }
    self.init(path: path, digest: digest, rows: Int(rows))
  }
}

extension OptionNode {
  /// A JSON value as options are read; every part has the same place.
  fileprivate init(_ json: JSONValue, at location: SourceLocation) {
    switch json {
    case .array(let values):
      self.init(.list(values.map { OptionNode($0, at: location) }), at: location)
    case .object(let object):
      let entries = object.pairs.map {
        Entry(key: $0.key, node: OptionNode($0.value, at: location))
      }
      self.init(.table(entries), at: location)
    default: self.init(.scalar(json), at: location)
    }
  }
}
