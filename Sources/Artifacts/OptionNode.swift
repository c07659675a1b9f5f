/// A value of a recipe or of the command line, with the place where it was written.
public struct OptionNode: Sendable, Equatable {
  /// What was written.
  public indirect enum Value: Sendable, Equatable {
    /// null, a Boolean, a number or a string.
    case scalar(JSONValue)
    /// A list.
    case list([OptionNode])
    /// A table; keys in the order in which they were written.
    case table([Entry])
  }

  /// One key of a table.
  public struct Entry: Sendable, Equatable {
    /// The key.
    public var key: String
    /// Its value.
    public var node: OptionNode

    /// A key with its value.
    public init(key: String, node: OptionNode) {
      self.key = key
      self.node = node
    }
  }

  /// What was written.
  public var value: Value
  /// Where.
  public var location: SourceLocation

  /// A value written at `location`.
  public init(_ value: Value, at location: SourceLocation) {
    self.value = value
    self.location = location
  }

  /// A JSON value, all of it written at `location`.
  public init(json: JSONValue, at location: SourceLocation) {
    let value: Value =
      switch json {
      case .array(let elements): .list(elements.map { OptionNode(json: $0, at: location) })
      case .object(let object):
        .table(
          object.pairs.map {
            Entry(key: $0.key, node: OptionNode(json: $0.value, at: location))
          })
      default: .scalar(json)
      }
    self.init(value, at: location)
  }

  /// The same as JSON, without places.
  public var json: JSONValue {
    switch value {
    case .scalar(let scalar): scalar
    case .list(let nodes): .array(nodes.map(\.json))
    case .table(let entries): .object(JSONObject(entries.map { ($0.key, $0.node.json) }))
    }
  }
}
