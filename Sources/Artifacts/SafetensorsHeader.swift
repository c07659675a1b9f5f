/// The header of a safetensors file, checked against the number of bytes that follow it.
struct SafetensorsHeader {
  /// The entries by name.
  private(set) var tensors: [String: SafetensorsEntry] = [:]
  /// The free text of the writer.
  private(set) var metadata: [String: String] = [:]

  private let location: SourceLocation

  /// Parses and checks a header.
  ///
  /// - Parameter dataSize: how many bytes follow the header in the file.
  /// - Throws: `malformed` or `unsupported`, with the tensor's name.
  init(parsing json: UnsafeRawBufferPointer, dataSize: Int, at location: SourceLocation) throws {
    self.location = location
    guard json.first == UInt8(ascii: "{") else {
      throw malformed("the safetensors header does not begin with `{`")
    }
    guard case .object(let object) = try JSONValue(parsing: json, at: location) else {
      throw malformed("the safetensors header is not a JSON object")
    }
    for pair in object.pairs {
      if pair.key == SafetensorsFormat.metadataKey {
        try readMetadata(pair.value)
      } else if tensors.updateValue(try entry(pair.key, pair.value), forKey: pair.key) != nil {
        throw malformed("tensor `\(pair.key)` stands twice in the header")
      }
    }
    try checkCoverage(of: dataSize)
  }

  private mutating func readMetadata(_ value: JSONValue) throws {
    guard case .object(let object) = value else {
      throw malformed("`__metadata__` is not an object of strings")
    }
    for pair in object.pairs {
      guard let text = pair.value.string else {
        throw malformed("`__metadata__` has a value that is no string under `\(pair.key)`")
      }
      metadata[pair.key] = text
    }
  }

  private func entry(_ name: String, _ value: JSONValue) throws -> SafetensorsEntry {
    guard case .object(let object) = value, let dtype = object["dtype"]?.string,
      let shape = sizes(object["shape"]), let offsets = sizes(object["data_offsets"])
    else {
      throw malformed(
        "tensor `\(name)` needs `dtype`, `shape` and `data_offsets`, of sizes that are not negative"
      )
    }
    guard let type = SafetensorsType(rawValue: dtype) else {
      throw AksharaError(
        .unsupported, "tensor `\(name)` has the dtype `\(dtype)`, which is not known",
        at: location)
    }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw malformed("tensor `\(name)` has data_offsets \(offsets), which are no range")
    }
    let range = offsets[0]..<offsets[1]
    guard let size = byteCount(shape, type), size == range.count else {
      throw malformed(
        "tensor `\(name)` of dtype \(dtype) and shape \(shape) does not take the "
          + "\(range.count) bytes of its data_offsets")
    }
    return SafetensorsEntry(type: type, shape: shape, bytes: range)
  }

  /// An array of integers that are not negative.
  private func sizes(_ value: JSONValue?) -> [Int]? {
    guard let array = value?.array else { return nil }
    let sizes = array.compactMap(\.integer).filter { $0 >= 0 }.map(Int.init)
    return sizes.count == array.count ? sizes : nil
  }

  /// The bytes a tensor takes, or `nil` if they cannot be counted.
  private func byteCount(_ shape: [Int], _ type: SafetensorsType) -> Int? {
    var product = type.size
    for length in shape {
      let (next, overflows) = product.multipliedReportingOverflow(by: length)
      if overflows { return nil }
      product = next
    }
    return product
  }

  /// Every byte of the data belongs to exactly one tensor.
  private func checkCoverage(of dataSize: Int) throws {
    let ordered = tensors.sorted {
      ($0.value.bytes.lowerBound, $0.value.bytes.upperBound, $0.key)
        < ($1.value.bytes.lowerBound, $1.value.bytes.upperBound, $1.key)
    }
    var end = 0
    for (name, entry) in ordered {
      if entry.bytes.lowerBound < end {
        throw malformed("tensor `\(name)` overlaps the tensor before it")
      }
      if entry.bytes.lowerBound > end {
        throw malformed(
          "bytes \(end) to \(entry.bytes.lowerBound) before tensor `\(name)` belong to no tensor")
      }
      end = entry.bytes.upperBound
    }
    guard end == dataSize else {
      throw malformed("the header describes \(end) bytes of tensors, but \(dataSize) follow it")
    }
  }

  private func malformed(_ message: String) -> AksharaError {
    AksharaError(
      .malformed, message, at: location,
      remedy: "the file is cut short or was not written as safetensors; fetch or write it again")
  }
}
