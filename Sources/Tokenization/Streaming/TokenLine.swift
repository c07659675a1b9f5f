import Artifacts

/// Tokens of a document as a line of text, in the form that `akshara tokenizer encode` writes and
/// `decode` reads.
enum TokenLine {
  /// What is wrong with a line.
  struct Fault: Error {
    /// The line, from the first of its block.
    var line = 0
    fileprivate let make: @Sendable (SourceLocation) -> AksharaError

    /// The error, with where the line stands.
    func error(at location: SourceLocation) -> AksharaError { make(location) }

    /// The `number`th of the line is no token ID below `count`.
    static func notAnID(number: Int, count: Int) -> Fault {
      Fault {
        AksharaError(
          .malformed, "number \(number) of the line is no token ID", at: $0,
          remedy: "give whole numbers below \(count)")
      }
    }
  }

  /// What may stand between numbers: spaces, tabs, and a carriage return at the end.
  @inline(__always)
  static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }

  /// Appends `{"ids":[…],"ends":[…]}` and a line feed; `ends` are the byte offsets of
  /// `Encoding.ends`.
  static func append(json tokens: TokenBuffer, to output: inout ByteOutput) {
    output.append(Array(#"{"ids":["#.utf8))
    tokens.withIDs { append($0, to: &output) }
    output.append(Array(#"],"ends":["#.utf8))
    tokens.withEnds { append($0, to: &output) }
    output.append(Array("]}\n".utf8))
  }

  /// Appends numbers, none negative, separated by commas.
  private static func append(_ numbers: UnsafeBufferPointer<Int32>, to output: inout ByteOutput) {
    // An Int32 has at most ten digits.
    output.append(atMost: numbers.count * 11) { memory in
      var position = 0
      for (index, number) in numbers.enumerated() {
        if index > 0 {
          memory.storeBytes(of: UInt8(ascii: ","), toByteOffset: position, as: UInt8.self)
          position += 1
        }
        position += digits(of: UInt32(bitPattern: number), at: memory + position)
      }
      return position
    }
  }

  private static func digits(of number: UInt32, at memory: UnsafeMutableRawPointer) -> Int {
    var count = 1
    var bound: UInt64 = 10
    while UInt64(number) >= bound {
      count += 1
      bound *= 10
    }
    var rest = number
    for index in stride(from: count - 1, through: 0, by: -1) {
      memory.storeBytes(
        of: UInt8(ascii: "0") + UInt8(rest % 10), toByteOffset: index, as: UInt8.self)
      rest /= 10
    }
    return count
  }

  /// The IDs of a JSON object with `ids`, or of a JSON array.
  static func ids(json line: [UInt8], vocabularyCount: Int) -> Result<[TokenID], Fault> {
    let document: JSONValue
    do { document = try JSONValue(parsing: line) } catch {
      let problem = (error as? AksharaError)?.message ?? "the line is no JSON"
      return .failure(
        Fault { AksharaError(.malformed, problem, at: $0, remedy: "write `{\"ids\": [1, 2]}`") })
    }
    guard let values = document["ids"]?.array ?? document.array else {
      return .failure(
        Fault {
          AksharaError(
            .malformed, "the line has no `ids`", at: $0, remedy: "write `{\"ids\": [1, 2]}`")
        })
    }
    var ids: [TokenID] = []
    for value in values {
      guard let id = value.integer, id >= 0, id < vocabularyCount else {
        return .failure(.notAnID(number: ids.count + 1, count: vocabularyCount))
      }
      ids.append(TokenID(id))
    }
    return .success(ids)
  }
}
