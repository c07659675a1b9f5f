internal import Artifacts

/// The batches of a probe, as transformers takes them: padded rows of token IDs.
///
///     input_ids        int64 [rows, length] or [batches, rows, length]
///     attention_mask   int64, the same shape: 0 where a row is padded at its end; absent: all 1
///     labels           int64, the same shape: −100 where nothing is predicted; absent: input_ids
struct ProbeBatches {
  /// One for each batch, its rows laid end to end without padding.
  let batches: [MicroBatch]

  /// Reads a safetensors file.
  ///
  /// - Throws: `missingFile`, `malformed`.
  init(contentsOf path: String) throws {
    let file = try SafetensorsFile(path)
    let shape = try file.entry("input_ids").shape
    guard (2...3).contains(shape.count), let length = shape.last, length > 0 else {
      throw Self.malformed("`input_ids` has the shape \(shape)", path)
    }
    let ids = try Self.integers("input_ids", in: file, count: nil) ?? []
    let mask = try Self.integers("attention_mask", in: file, count: ids.count)
    let labels = try Self.integers("labels", in: file, count: ids.count)
    let rowsAtOnce = shape[shape.count - 2]
    let rows = stride(from: 0, to: ids.count, by: length).map { start in
      start..<start + (mask.map { $0[start..<start + length].count { $0 == 1 } } ?? length)
    }
    batches = stride(from: 0, to: rows.count, by: max(1, rowsAtOnce)).map { first in
      let part = rows[first..<min(rows.count, first + rowsAtOnce)].filter { !$0.isEmpty }
      var batch = MicroBatch(sequences: part.map { Array(ids[$0]) })
      batch.targets = part.flatMap { Array((labels ?? ids)[$0].dropFirst()) + [-100] }
      batch.weights = batch.targets.map { $0 >= 0 ? 1 : 0 }
      return batch
    }
    guard !batches.isEmpty else { throw Self.malformed("there are no rows", path) }
  }

  private static func malformed(_ message: String, _ path: String) -> AksharaError {
    AksharaError(
      .malformed, message, at: SourceLocation(file: path),
      remedy: "give int64 tensors [rows, length] or [batches, rows, length]")
  }

  /// The elements of an int64 tensor; `nil` where it is absent and a count is known.
  private static func integers(
    _ name: String, in file: SafetensorsFile, count: Int?
  ) throws -> [Int32]? {
    if count != nil, file.tensors[name] == nil { return nil }
    let entry = try file.entry(name)
    guard entry.type == .i64, count.map({ $0 == entry.count }) ?? true else {
      throw malformed(
        "`\(name)` has the type \(entry.type.rawValue) and \(entry.count) elements", file.path)
    }
    return try file.withBytes(of: name) { bytes in
      (0..<entry.count).map {
        Int32(clamping: bytes.loadUnaligned(fromByteOffset: $0 * 8, as: Int64.self))
      }
    }
  }
}
