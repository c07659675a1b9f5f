package import Artifacts
internal import Foundation
internal import Yams

/// A recipe's YAML as a tree that knows the line of every key.
///
/// Plain scalars are read by YAML 1.2's core schema: `no` and `on` are strings, `2e-4` is a number.
package struct RecipeFile {
  /// Where the recipe lies; relative paths in it count from this folder.
  package let path: String
  /// The whole table.
  package private(set) var root: OptionNode

  /// A recipe larger than this is a mistake, not a recipe.
  private static let largestSize = 4 << 20
  /// Aliases may name aliases: a short text can stand for billions of values.
  private static let largestNodeCount = 100_000

  /// Reads and parses a recipe.
  ///
  /// - Throws: `missingFile`, `unreadable`, or `malformed` with the line of the fault.
  package init(_ path: String) throws {
    let location = SourceLocation(file: path)
    guard Path.exists(path) else {
      throw AksharaError(
        .missingFile, "there is no recipe here", at: location,
        remedy: "give the path of a recipe, such as samples/quickstart/recipe.yaml")
    }
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.largestSize
    else { throw AksharaError(.unreadable, "cannot read the recipe", at: location) }
    guard let text = String(validating: data, as: UTF8.self) else {
      throw AksharaError(
        .malformed, "the recipe is not UTF-8", at: location, remedy: "save it as UTF-8")
    }
    self.path = path
    root = try Self.parse(text, file: path)
  }

  /// Sets one value, as `--set training.learning_rate=1e-4` does; the value is read as YAML.
  ///
  /// - Throws: `invalidOption` if the assignment is not `key.path=value`.
  package mutating func set(_ assignment: String) throws {
    let place = SourceLocation(file: "--set \(assignment)")
    let parts = assignment.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw AksharaError(
        .invalidOption, "this sets nothing", at: place, remedy: "write --set key.path=value")
    }
    var value = try Self.parse(String(parts[1]), file: place.file)
    value.location = place
    let keys = parts[0].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    root = try Self.setting(keys[...], to: value, in: root)
  }

  private static func setting(
    _ keys: ArraySlice<String>, to value: OptionNode, in node: OptionNode
  ) throws -> OptionNode {
    guard let key = keys.first else { return value }
    guard case .table(var entries) = node.value else {
      throw AksharaError(
        .invalidOption, "`\(key)` would stand below something that is not a table",
        at: value.location, remedy: "check the path of keys")
    }
    let index = entries.firstIndex { $0.key == key }
    let old = index.map { entries[$0].node } ?? OptionNode(.table([]), at: value.location)
    let new = try setting(keys.dropFirst(), to: value, in: old)
    if let index { entries[index].node = new } else { entries.append(.init(key: key, node: new)) }
    return OptionNode(.table(entries), at: node.location)
  }

  private static func parse(_ text: String, file: String) throws -> OptionNode {
    do {
      guard let node = try Yams.compose(yaml: text) else {
        return OptionNode(.table([]), at: SourceLocation(file: file))
      }
      var budget = largestNodeCount
      return try option(node, file: file, budget: &budget)
    } catch let error as YamlError {
      throw malformed(error, file: file)
    }
  }

  private static func malformed(_ error: YamlError, file: String) -> AksharaError {
    var line: Int?
    var reason = "\(error)"
    switch error {
    case .duplicatedKeysInMapping(let duplicates, let context):
      line = context.mark.line
      let keys = duplicates.sorted().map { "`\($0)`" }
      return AksharaError(
        .malformed, "the key \(keys.joined(separator: ", ")) stands twice in a table",
        at: SourceLocation(file: file, line: line), remedy: "remove one of them")
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      (line, reason) = (mark.line, problem)
    default: break
    }
    return AksharaError(
      .malformed, "not valid YAML: \(reason)", at: SourceLocation(file: file, line: line),
      remedy: "check indentation and colons there")
  }

  private static func option(
    _ node: Node, file: String, budget: inout Int
  ) throws -> OptionNode {
    let location = SourceLocation(file: file, line: node.mark?.line)
    budget -= 1
    guard budget > 0 else {
      throw AksharaError(
        .malformed, "the recipe has more than \(largestNodeCount) values", at: location,
        remedy: "aliases that name aliases multiply; write the values out")
    }
    switch node {
    case .scalar(let scalar): return OptionNode(.scalar(value(of: scalar)), at: location)
    case .sequence(let sequence):
      return OptionNode(
        .list(try sequence.map { try option($0, file: file, budget: &budget) }), at: location)
    case .mapping(let mapping):
      let entries = try mapping.map { key, value in
        // A table's value begins a line below its key; errors should name the key's line.
        var node = try option(value, file: file, budget: &budget)
        if let line = key.mark?.line { node.location.line = line }
        return OptionNode.Entry(key: key.string ?? "", node: node)
      }
      return OptionNode(.table(entries), at: location)
    case .alias:
      return OptionNode(.scalar(.null), at: location)
    }
  }

  private static func value(of scalar: Node.Scalar) -> JSONValue {
    let text = scalar.string
    guard scalar.style == .plain || scalar.style == .any else { return .string(text) }
    switch text {
    case "", "~", "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default: break
    }
    if let integer = Int64(text) { return .integer(integer) }
    let isNumber = text.first.map { $0.isASCII && ($0.isNumber || "+-.".contains($0)) } ?? false
    if isNumber, let number = Double(text), number.isFinite { return .number(number) }
    return .string(text)
  }
}
