import Compute

@testable import ComputeCPU

/// Seeded values and shorthands for tests of operations.
struct BackendFixture {
  let backend: CPUBackend
  private var nextStream: UInt64 = 0

  init(threads: Int = 2, library: MatrixLibrary = .automatic) throws {
    backend = try CPUBackend(threads: threads, library: library)
  }

  init(_ backend: CPUBackend) { self.backend = backend }

  /// A tensor of values spread evenly over `-scale ..< scale`; every call draws other values, the
  /// same in every run.
  mutating func random(_ shape: [Int], scale: Float = 1, center: Float = 0) throws -> Tensor {
    nextStream += 1
    let random = CounterRandom(seed: 2024, stream: nextStream)
    let count = shape.reduce(1, *)
    let words = (0..<(count + 3) / 4).flatMap { counter in
      let four = random.bits(UInt64(counter))
      return [four.0, four.1, four.2, four.3]
    }
    return try tensor(
      words.prefix(count).map { (Float($0 >> 8) * 0x1p-23 - 1) * scale + center }, shape)
  }

  func tensor(_ values: [Float], _ shape: [Int]) throws -> Tensor {
    let tensor = try backend.makeTensor(shape, .float32)
    values.withUnsafeBytes { backend.upload($0, to: tensor) }
    return tensor
  }

  func tensor(_ values: [Int32]) throws -> Tensor {
    let tensor = try backend.makeTensor([values.count], .int32)
    values.withUnsafeBytes { backend.upload($0, to: tensor) }
    return tensor
  }

  func zeros(_ shape: [Int]) throws -> Tensor { try backend.makeTensor(shape, .float32) }

  func zeros(like tensor: Tensor) throws -> Tensor {
    try backend.makeTensor(tensor.shape, .float32)
  }

  /// A float32 matrix in bfloat16.
  func bfloat16(_ tensor: Tensor) throws -> Tensor {
    let narrow = try backend.makeTensor(tensor.shape, .bfloat16)
    backend.copy(tensor, to: narrow)
    return narrow
  }

  func values(_ tensor: Tensor) -> [Float] {
    var values = [Float](repeating: 0, count: tensor.count)
    values.withUnsafeMutableBytes { backend.download(tensor, to: $0) }
    return values
  }

  func bytes(_ tensor: Tensor) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: tensor.count)
    bytes.withUnsafeMutableBytes { backend.download(tensor, to: $0) }
    return bytes
  }

  /// A moment of zeros in 8 bits.
  func blockwiseMoment(_ count: Int) throws -> BlockwiseMoment {
    let size = BlockwiseMoment.blockSize
    return BlockwiseMoment(
      codes: try backend.makeTensor([count], .uint8),
      absmax: try backend.makeTensor([(count + size - 1) / size], .float32))
  }

  func set(_ tensor: Tensor, _ values: [Float]) {
    values.withUnsafeBytes { backend.upload($0, to: tensor) }
  }

  /// Borders of sequences; `ahead` keys of each lie in a cache.
  func sequences(_ lengths: [Int], ahead: Int = 0) throws -> PackedSequences {
    func borders(_ lengths: [Int]) throws -> Tensor {
      try tensor(lengths.reduce(into: [Int32(0)]) { $0.append(($0.last ?? 0) + Int32($1)) })
    }
    return PackedSequences(
      queryBorders: try borders(lengths), keyBorders: try borders(lengths.map { $0 + ahead }),
      count: lengths.count, longest: (lengths.max() ?? 0) + ahead)
  }

  /// `Σ values * weights`, in double precision: a scalar whose gradient by `values` is `weights`.
  func weightedSum(_ tensor: Tensor, _ weights: Tensor) -> Double {
    zip(values(tensor), values(weights)).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
