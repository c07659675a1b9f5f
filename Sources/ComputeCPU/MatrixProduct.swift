internal import CMatMul
internal import CTensorKernels
import Compute
internal import Glibc
internal import Synchronization

/// Makes products of float32 matrices on the calling thread: our own, or a library's opened at run time.
struct MatrixProduct: @unchecked Sendable {
  /// `oneDNN 2.6.3 (avx512_core_bf16)`, for manifests: what the bits of a product depend on.
  let description: String
  private let maker: Maker
  private let failure = Failure()

  private enum Maker {
    case builtin(ctensor_product)
    case library(OpaquePointer)
    case reference
  }

  /// The last error of the library; 0 if there was none.
  private final class Failure: Sendable {
    let status = Atomic<Int32>(0)
  }

  /// Opens a library that uses no instructions beyond `isa`; the names of its files, the first that
  /// can be opened is taken, are arguments for tests alone.
  ///
  /// - Throws: when the library cannot be opened.
  init(
    _ wanted: MatrixLibrary, isa: InstructionSet,
    onednn: [String] = ["libdnnl.so.3", "libdnnl.so.2"], openblas: [String] = ["libopenblas.so.0"]
  ) throws {
    let environment = getenv("AKSHARA_MATMUL").map { String(cString: $0) }
    switch try Self.choice(wanted, environment: environment) {
    case .automatic, .builtin:
      maker = .builtin(ctensor_product_for(isa.number))
      description = "builtin"
    case .onednn:
      guard let opened = Self.openOneDNN(onednn, isa: isa) else {
        throw Self.missing("oneDNN (\(onednn.joined(separator: ", "))) cannot be opened")
      }
      maker = .library(opened.0)
      description = opened.1
    case .openblas:
      guard let opened = Self.openOpenBLAS(openblas, isa: isa) else {
        throw Self.missing("OpenBLAS (\(openblas.joined(separator: ", "))) cannot be opened")
      }
      maker = .library(opened.0)
      description = opened.1
    case .reference:
      (maker, description) = (.reference, "reference")
    }
  }

  /// Keeps the library to one thread in products of the calling thread; each worker calls it once.
  func useOneThread() {
    if case .library(let library) = maker { cmatmul_use_one_thread(library) }
  }

  /// `c = scale * a b` or `c += scale * a b`.
  ///
  /// - Parameters:
  ///   - a: `[rows, inner]`, after its transposition if it is transposed.
  ///   - b: `[inner, columns]`, likewise.
  ///   - c: `[rows, columns]`, not transposed.
  ///   - scratch: the worker's own.
  func multiply(
    _ a: Matrix, _ b: Matrix, to c: Matrix, rows: Int, columns: Int, inner: Int, scale: Float = 1,
    accumulate: Bool = false, scratch: Scratch
  ) {
    guard rows > 0, columns > 0 else { return }
    switch maker {
    case .builtin(let product) where inner > 0:
      product(
        a.isTransposed, b.isTransposed, Int64(rows), Int64(columns), Int64(inner), scale, a.pointer,
        Int64(a.stride), b.pointer, Int64(b.stride), accumulate, c.pointer, Int64(c.stride),
        scratch.floats(.product, Int(CTENSOR_PRODUCT_SCRATCH)))
    case .library(let library) where inner > 0:
      multiply(
        a, b, to: c, rows: rows, columns: columns, inner: inner, scale: scale,
        accumulate: accumulate, with: library)
    default:
      ReferenceProduct.multiply(
        a, b, to: c, rows: rows, columns: columns, inner: inner, scale: scale,
        accumulate: accumulate)
    }
  }

  private func multiply(
    _ a: Matrix, _ b: Matrix, to c: Matrix, rows: Int, columns: Int, inner: Int, scale: Float,
    accumulate: Bool, with library: OpaquePointer
  ) {
    let status = cmatmul_sgemm(
      library, a.isTransposed, b.isTransposed, Int64(rows), Int64(columns), Int64(inner), scale,
      a.pointer, Int64(a.stride), b.pointer, Int64(b.stride), accumulate ? 1 : 0, c.pointer,
      Int64(c.stride))
    if status != 0 { failure.status.store(status, ordering: .relaxed) }
  }

  /// - Throws: if the library refused a product since the last call.
  func throwFailure() throws {
    let status = failure.status.exchange(0, ordering: .relaxed)
    guard status == 0 else {
      throw ComputeError(
        "\(description) refused a matrix product with status \(status)",
        remedy: "make room in memory, or leave AKSHARA_MATMUL unset")
    }
  }

  /// What the caller and the environment ask for; the caller's own wish comes first.
  static func choice(_ wanted: MatrixLibrary, environment: String?) throws -> MatrixLibrary {
    guard wanted == .automatic, let name = environment else { return wanted }
    guard let library = MatrixLibrary(rawValue: name) else {
      let names = MatrixLibrary.allCases.map(\.rawValue).joined(separator: ", ")
      throw ComputeError("AKSHARA_MATMUL is `\(name)`", remedy: "use one of \(names)")
    }
    return library
  }

  private static func missing(_ what: String) -> ComputeError {
    ComputeError(
      what,
      remedy: "leave AKSHARA_MATMUL unset, or install it: sudo apt-get install libdnnl3 "
        + "(Ubuntu 24.04), libdnnl2 (Debian 12, Ubuntu 22.04) or libopenblas0")
  }

  private static func openOneDNN(
    _ files: [String], isa: InstructionSet
  ) -> (OpaquePointer, String)? {
    for file in files {
      guard let library = cmatmul_open_onednn(file) else { continue }
      if let limit = isa.onednnLimit { _ = cmatmul_limit_isa(library, limit) }
      let name = InstructionSet.onednnName(cmatmul_isa(library))
      return (library, "oneDNN \(version(library)) (\(name))")
    }
    return nil
  }

  private static func openOpenBLAS(
    _ files: [String], isa: InstructionSet
  ) -> (OpaquePointer, String)? {
    // OpenBLAS reads these once, while it is loaded. Old versions take a Zen 4 or 5 core for a
    // Haswell, at half the speed; what the user has set himself is kept.
    setenv("OPENBLAS_NUM_THREADS", "1", 1)
    if let core = isa.openblasCore { setenv("OPENBLAS_CORETYPE", core, 0) }
    for file in files {
      guard let library = cmatmul_open_openblas(file) else { continue }
      return (library, version(library))
    }
    return nil
  }

  private static func version(_ library: OpaquePointer) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
      guard let base = text.baseAddress else { return "" }
      cmatmul_version(library, base, Int64(text.count))
      return String(cString: base)
    }
  }
}
