internal import CTensorKernels
import Compute

/// The reference backend: float32 on the CPU's cores.
///
/// Work is cut into tiles whose borders depend on shapes alone; each tile is done by one thread, and
/// sums over tiles are made in the tiles' order. So results are bit-identical for any number of
/// threads (under the same `configuration`). Every operation is done when its call returns.
///
/// Tensors and scratch are taken outside the hot loop: after the first step of a shape, ended by
/// `synchronize`, no operation takes memory or starts a thread.
public final class CPUBackend: Backend, @unchecked Sendable {
  /// `cpu`.
  public let name = "cpu"
  /// Library, version and instruction sets, such as `builtin, kernels avx512`.
  public let configuration: String
  /// float32, or bfloat16: factors of products are rounded to it, while sums, and all that is kept
  /// from step to step, stay float32.
  public let computeType: DType

  private static let threadCounts = 1...1024

  let pool: WorkerPool
  let product: MatrixProduct
  let kernels: ctensor_kernels
  /// Products of bfloat16 factors; `nil` where `computeType` is float32.
  let narrow: BFloat16Product?
  /// What the workers of an operation share.
  let shared = Scratch()
  /// What each worker has for itself.
  let scratch: [Scratch]

  /// A backend that works with `threads` threads, the calling one among them.
  ///
  /// `AKSHARA_MATMUL=builtin|onednn|openblas|reference` overrides `.automatic`, and
  /// `AKSHARA_ISA=avx512|avx2|scalar` forces the kernels, and what the library may use, down.
  ///
  /// - Throws: `ComputeError` when the environment asks for something unknown, or for a library that
  ///   cannot be opened.
  public convenience init(
    threads: Int, library: MatrixLibrary = .automatic, computeType: DType = .float32
  ) throws {
    try self.init(
      threads: threads, library: library, isa: InstructionSet.chosen(), computeType: computeType)
  }

  /// A backend with a given instruction set, for tests that compare them.
  init(
    threads: Int, library: MatrixLibrary, isa: InstructionSet, computeType: DType = .float32
  ) throws {
    guard computeType == .float32 || computeType == .bfloat16 else {
      throw ComputeError(
        "the CPU makes no products in \(computeType.rawValue)",
        remedy: "use float32 or bfloat16")
    }
    guard Self.threadCounts.contains(threads) else {
      throw ComputeError(
        "the number of threads is `\(threads)`",
        remedy: "use \(Self.threadCounts.lowerBound) to \(Self.threadCounts.upperBound)")
    }
    let product = try MatrixProduct(library, isa: isa)
    self.product = product
    kernels = isa.kernels.pointee
    self.computeType = computeType
    narrow = computeType == .bfloat16 ? BFloat16Product(isa: isa) : nil
    configuration =
      "\(product.description), kernels \(isa.rawValue)"
      + (narrow.map { ", \($0.description)" } ?? "")
    pool = try WorkerPool(count: threads) { product.useOneThread() }
    scratch = (0..<pool.count).map { _ in Scratch() }
  }

  deinit { pool.stop() }

  /// Returns at once: every operation is done when its call returns. All workers have the scratch then
  /// that any of them needed so far.
  ///
  /// - Throws: if the matrix library refused a product since the last call.
  public func synchronize() throws {
    Scratch.even(scratch)
    try product.throwFailure()
  }

  /// How often operations had to take memory; constant once every shape was seen.
  package var scratchGrowths: Int { scratch.reduce(shared.growths) { $0 + $1.growths } }

  /// Runs `body` over `0 ..< count` cut into ranges of `size`, with the worker's scratch.
  func forRanges(
    _ count: Int, of size: Int, _ body: (_ range: Range<Int>, _ scratch: Scratch) -> Void
  ) {
    pool.run((count + size - 1) / size) { unit, worker in
      body(unit * size..<min(count, (unit + 1) * size), scratch[worker])
    }
  }

  /// Runs `body` over the tiles of a `rows` by `columns` matrix, row of tiles by row of tiles.
  func forTiles(
    rows: Int, of height: Int, columns: Int, of width: Int,
    _ body: (_ rows: Range<Int>, _ columns: Range<Int>, _ scratch: Scratch) -> Void
  ) {
    let across = (columns + width - 1) / width
    let down = (rows + height - 1) / height
    pool.run(down * across) { unit, worker in
      let (row, column) = (unit / across * height, unit % across * width)
      body(
        row..<min(rows, row + height), column..<min(columns, column + width), scratch[worker])
    }
  }
}
