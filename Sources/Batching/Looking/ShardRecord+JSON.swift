public import Artifacts

extension ShardRecord {
  /// The row as `akshara labels show --json` prints it; `start` and `end` count bytes of `text`.
  ///
  ///     {"id": …, "input_ids": […], "labels": […], "text": …,
  ///      "spans": [{"start": 0, "end": 17, "role": "user", "supervised": false}, …]}
  public var json: JSONValue {
    let spans = sample.spans.map { span -> JSONValue in
      [
        "start": JSONValue(span.bytes.lowerBound), "end": JSONValue(span.bytes.upperBound),
        "role": span.role.map { .string($0.rawValue) } ?? .null,
        "supervised": .bool(span.supervised),
      ]
    }
    return [
      "id": .string(sample.conversationID),
      "input_ids": .array(sample.inputIDs.map { JSONValue($0) }),
      "labels": .array(sample.labels.map { JSONValue($0) }), "text": .string(sample.text),
      "spans": .array(spans),
    ]
  }
}
