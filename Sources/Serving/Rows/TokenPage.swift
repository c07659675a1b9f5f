internal import Artifacts
internal import Batching
internal import Conversations

/// A row's tokens as the page draws them. Numbers that come in runs are sent as runs, so that a row
/// of 100,000 tokens stays small.
enum TokenPage {
  /// - Returns: `text`, `ids`, `ends` (byte offsets; absent if the tokens are not the text, then
  ///   `bytes` has each token's), `parts` (`[first, end, part, …]`), `special` (token numbers),
  ///   `cutting` (tokens that end inside an akshara), `spans`, and counts.
  static func json(
    _ sample: LabeledSample, _ picture: RowPicture
  ) -> JSONObject {
    var object: JSONObject = [
      "template": .string(sample.template), "text": .string(sample.text),
      "ids": .array(picture.tokens.map { JSONValue($0.id) }),
      "parts": .array(parts(of: picture)),
      "special": .array(
        picture.tokens.indices.filter { picture.tokens[$0].isSpecial }.map { JSONValue($0) }),
      "spans": .array(sample.spans.map(\.pageJSON)),
      "supervised": JSONValue(sample.supervisedCount),
      "aksharas": JSONValue(picture.aksharas.count),
      "cut": JSONValue(picture.cutAksharas),
      "cutting": .array(picture.cuttingTokens.map { JSONValue($0) }),
    ]
    if let ends = picture.ends {
      object["ends"] = .array(ends.map { JSONValue($0) })
    } else {
      object["bytes"] = .array(picture.tokens.map { .string(Self.hexadecimal($0.bytes)) })
    }
    return object
  }

  private static func parts(of picture: RowPicture) -> [JSONValue] {
    var runs: [JSONValue] = []
    var start = 0
    for index in picture.tokens.indices {
      let part = picture.tokens[index].part
      if index + 1 < picture.tokens.count, picture.tokens[index + 1].part == part { continue }
      runs += [JSONValue(start), JSONValue(index + 1), .string(part.rawValue)]
      start = index + 1
    }
    return runs
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { byte in
      let digits = String(byte, radix: 16, uppercase: true)
      return digits.count == 1 ? "0" + digits : digits
    }.joined(separator: " ")
  }
}

extension SampleSpan {
  /// The span for the page; `first` and `last` count tokens, `last` behind it.
  fileprivate var pageJSON: JSONValue {
    [
      "start": JSONValue(bytes.lowerBound), "end": JSONValue(bytes.upperBound),
      "first": JSONValue(tokens.lowerBound), "last": JSONValue(tokens.upperBound),
      "role": role.map { .string($0.rawValue) } ?? .null, "kind": .string(kind.rawValue),
      "message": message.map { JSONValue($0) } ?? .null, "supervised": .bool(supervised),
      "weight": .number(Double(weight)),
    ]
  }
}
