/// Reads the keys of one table, checks types and ranges, and refuses keys nobody asked for.
///
/// ```swift
/// var reader = try OptionReader(node, section: "lora")
/// let rank = try reader.integer("r", in: 1...4096) ?? 16
/// try reader.finish()   // recipe.yaml:12: unknown key `lora_r` in `lora`; write `r`
/// ```
public struct OptionReader {
  /// The table's name in messages, such as `training`.
  public let section: String
  /// Where the table stands.
  public let location: SourceLocation
  private let entries: [OptionNode.Entry]
  private var asked: [String] = []

  /// Other tools' spellings, by ours. They are refused, with ours named.
  private static let foreignSpellings = [
    "lora_r": "r", "lora_rank": "r", "rank": "r", "alpha": "lora_alpha", "dropout": "lora_dropout",
    "lora_target_modules": "target_modules", "lora_target": "target_modules",
    "lora_target_linear": "target_modules", "micro_batch_size": "per_device_train_batch_size",
    "batch_size": "per_device_train_batch_size", "sequence_len": "max_length",
    "cutoff_len": "max_length", "max_seq_length": "max_length", "max_seq_len": "max_length",
    "lr": "learning_rate", "num_epochs": "num_train_epochs", "epochs": "num_train_epochs",
    "lr_scheduler": "lr_scheduler_type", "optimizer": "optim",
    "gradient_clipping": "max_grad_norm", "chat_template": "template",
    "bnb_4bit_use_double_quantization": "bnb_4bit_use_double_quant",
  ]

  /// A reader of `node`'s table.
  ///
  /// - Throws: `invalidOption` if `node` is not a table or has a key twice.
  public init(_ node: OptionNode, section: String) throws {
    guard case .table(let entries) = node.value else {
      throw AksharaError(
        .invalidOption, "`\(section)` is not a table of keys", at: node.location,
        remedy: "write `key: value` lines below it")
    }
    var seen: Set<String> = []
    for entry in entries where !seen.insert(entry.key).inserted {
      throw AksharaError(
        .invalidOption, "the key `\(entry.key)` stands twice in `\(section)`",
        at: entry.node.location, remedy: "remove one of them")
    }
    self.section = section
    self.entries = entries
    location = node.location
  }

  /// The value under `key`, whatever its type; `nil` if absent or null.
  public mutating func node(_ key: String) -> OptionNode? {
    if !asked.contains(key) { asked.append(key) }
    guard let node = entries.first(where: { $0.key == key })?.node else { return nil }
    return node.value == .scalar(.null) ? nil : node
  }

  /// A string.
  public mutating func string(_ key: String) throws -> String? {
    guard let node = node(key) else { return nil }
    guard case .scalar(.string(let value)) = node.value else {
      throw wrongType(key, node, "a string")
    }
    return value
  }

  /// A string that names a case of `Choice`.
  public mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, _ type: Choice.Type
  ) throws -> Choice? where Choice.RawValue == String {
    guard let node = node(key) else { return nil }
    if case .scalar(.string(let text)) = node.value, let value = Choice(rawValue: text) {
      return value
    }
    let known = Choice.allCases.map(\.rawValue).joined(separator: ", ")
    throw AksharaError(
      .invalidOption, "`\(section).\(key)` cannot be \(node.json.compactString)",
      at: node.location, remedy: "use one of: \(known)")
  }

  /// An integer within `range`.
  public mutating func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let node = node(key) else { return nil }
    guard case .scalar(.integer(let value)) = node.value else {
      throw wrongType(key, node, "a whole number")
    }
    guard range.contains(Int(value)) else {
      throw outside(key, node, "\(range.lowerBound) to \(range.upperBound)")
    }
    return Int(value)
  }

  /// A number within `range`; `2e-4` may also be written as a string, as YAML 1.1 readers demand.
  public mutating func number(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
    guard let node = node(key) else { return nil }
    let value: Double? =
      switch node.value {
      case .scalar(.string(let text)): Double(text)
      case .scalar(let scalar): scalar.double
      default: nil
      }
    guard let value else { throw wrongType(key, node, "a number") }
    guard range.contains(value) else {
      throw outside(key, node, "\(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }

  /// `true` or `false`.
  public mutating func boolean(_ key: String) throws -> Bool? {
    guard let node = node(key) else { return nil }
    guard case .scalar(.bool(let value)) = node.value else {
      throw wrongType(key, node, "true or false")
    }
    return value
  }

  /// A list of strings; a single string counts as a list of one.
  public mutating func strings(_ key: String) throws -> [String]? {
    guard let node = node(key) else { return nil }
    switch node.value {
    case .scalar(.string(let value)): return [value]
    case .list(let nodes):
      return try nodes.map { element in
        guard case .scalar(.string(let value)) = element.value else {
          throw wrongType(key, element, "a list of strings")
        }
        return value
      }
    default: throw wrongType(key, node, "a list of strings")
    }
  }

  /// A list of anything; empty if absent.
  public mutating func list(_ key: String) throws -> [OptionNode] {
    guard let node = node(key) else { return [] }
    guard case .list(let nodes) = node.value else { throw wrongType(key, node, "a list") }
    return nodes
  }

  /// A table below this one; an absent one is empty.
  public mutating func table(_ key: String) throws -> OptionReader {
    let empty = OptionNode(.table([]), at: location)
    let name = section.isEmpty ? key : "\(section).\(key)"
    return try OptionReader(node(key) ?? empty, section: name)
  }

  /// An error that says `key` must be given.
  public func missing(_ key: String) -> AksharaError {
    AksharaError(
      .invalidOption, "`\(section)` has no `\(key)`", at: location, remedy: "add `\(key): …`")
  }

  /// Refuses keys that nothing has asked for.
  ///
  /// - Throws: `invalidOption`, naming the key and the nearest one that exists.
  public func finish() throws {
    for entry in entries where !asked.contains(entry.key) {
      let place = section.isEmpty ? "the recipe" : "`\(section)`"
      throw AksharaError(
        .invalidOption, "unknown key `\(entry.key)` in \(place)", at: entry.node.location,
        remedy: suggestion(for: entry.key))
    }
  }

  private func suggestion(for key: String) -> String {
    if let ours = Self.foreignSpellings[key], asked.contains(ours) { return "write `\(ours)`" }
    let near = asked.min { key.editDistance(to: $0) < key.editDistance(to: $1) }
    if let near, key.editDistance(to: near) <= max(2, key.count / 3) {
      return "did you mean `\(near)`?"
    }
    return "known keys are \(asked.map { "`\($0)`" }.joined(separator: ", "))"
  }

  private func wrongType(_ key: String, _ node: OptionNode, _ wanted: String) -> AksharaError {
    AksharaError(
      .invalidOption, "`\(section).\(key)` is \(node.json.compactString)", at: node.location,
      remedy: "give \(wanted)")
  }

  private func outside(_ key: String, _ node: OptionNode, _ range: String) -> AksharaError {
    AksharaError(
      .invalidOption, "`\(section).\(key)` is \(node.json.compactString)", at: node.location,
      remedy: "give a value from \(range)")
  }
}

extension String {
  /// The Levenshtein distance in characters: insertions, deletions and substitutions.
  package func editDistance(to other: String) -> Int {
    let (left, right) = (Array(self), Array(other))
    var row = Array(0...right.count)
    for (index, character) in left.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in right.indices {
        let substitution = diagonal + (character == right[column] ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = Swift.min(substitution, diagonal + 1, row[column] + 1)
      }
    }
    return row[right.count]
  }
}
