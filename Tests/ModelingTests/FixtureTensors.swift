import Artifacts
import Fixtures
import Modeling

/// Reference tensors made with transformers, peft and bitsandbytes; `make_fixtures.py` beside them
/// says how.
struct FixtureTensors {
  private let file: SafetensorsFile

  /// `nil`, with the reason printed, where the fixtures are absent.
  init?(_ name: String) throws {
    guard let path = RepositoryPaths.shared("fixtures/\(name)") else { return nil }
    file = try SafetensorsFile(path)
  }

  var names: [String] { file.names }

  func shape(_ name: String) throws -> [Int] { try file.entry(name).shape }

  func floats(_ name: String) throws -> [Float] { try elements(name) }

  /// int64 on disk.
  func integers(_ name: String) throws -> [Int32] {
    (try elements(name) as [Int64]).map { Int32($0) }
  }

  func bytes(_ name: String) throws -> [UInt8] { try elements(name) }

  private func elements<Element: BitwiseCopyable>(_ name: String) throws -> [Element] {
    try file.withBytes(of: name) { bytes in
      (0..<bytes.count / MemoryLayout<Element>.size).map {
        bytes.loadUnaligned(fromByteOffset: $0 * MemoryLayout<Element>.size, as: Element.self)
      }
    }
  }
}

/// The batches of the fixtures: 4 of 3 rows of 48 tokens, the last row padded from 37 on.
struct FixtureBatches {
  static let rows = 3
  static let length = 48
  let tokens: [Int32]
  let labels: [Int32]
  private let mask: [Int32]

  init?() throws {
    guard let file = try FixtureTensors("batches.safetensors") else { return nil }
    tokens = try file.integers("input_ids")
    labels = try file.integers("labels")
    mask = try file.integers("attention_mask")
  }

  /// The tokens of row `row` of batch `batch` that are not padding.
  func range(_ batch: Int, _ row: Int) -> Range<Int> {
    let start = (batch * Self.rows + row) * Self.length
    return start..<start + mask[start..<start + Self.length].count { $0 == 1 }
  }

  /// Batch `index` laid end to end, its labels moved by one place.
  func microBatch(_ index: Int) -> MicroBatch {
    let ranges = (0..<Self.rows).map { range(index, $0) }
    var batch = MicroBatch(sequences: ranges.map { Array(tokens[$0]) })
    batch.targets = ranges.flatMap { Array(labels[$0].dropFirst()) + [-100] }
    batch.weights = batch.targets.map { $0 >= 0 ? 1 : 0 }
    return batch
  }
}
