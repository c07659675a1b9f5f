import Compute
import Testing

@testable import ComputeCPU

@Suite struct BFloat16Tests {
  private func backend(
    threads: Int = 2, isa: InstructionSet = .best, _ type: DType = .bfloat16
  ) throws -> CPUBackend {
    try CPUBackend(threads: threads, library: .reference, isa: isa, computeType: type)
  }

  /// A factor is off by at most 2^-9 of itself, so a product by 2^-8, and a sum of products by 2^-8 of
  /// the sum of their magnitudes; as the errors' signs are random a sum of n products is off by about
  /// 2^-8 √n / 3 where the products are of size 1/9. Results are compared as vectors: the norm of the
  /// difference is below 2^-7 of the norm of the result, which leaves room for three products in a row
  /// (attention's gradients pass through three).
  @Test(arguments: OperationCases.allCases)
  func agreesWithFloat32(operation: OperationCases) throws {
    let expected = try operation.run(on: backend(.float32))
    for isa in KernelTests.sets {
      let found = try operation.run(on: backend(isa: isa))
      #expect(found.count == expected.count)
      for (index, (a, b)) in zip(found, expected).enumerated() {
        let error = zip(a, b).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
        let size = b.reduce(0.0) { $0 + Double($1 * $1) }
        #expect(
          a.count == b.count && error.squareRoot() <= 0x1p-7 * size.squareRoot(),
          "\(isa), result \(index): off by \((error / max(size, 1e-30)).squareRoot())")
      }
    }
  }

  @Test(arguments: OperationCases.allCases)
  func resultsAreTheSameBitsForAnyNumberOfThreads(operation: OperationCases) throws {
    let results = try [1, 2, 16].map { threads in
      try operation.run(on: backend(threads: threads)).map { $0.map(\.bitPattern) }
    }
    #expect(results[1] == results[0], "2 threads")
    #expect(results[2] == results[0], "16 threads")
  }

  @Test(arguments: OperationCases.allCases)
  func repeatingAnOperationTakesNoMemory(operation: OperationCases) throws {
    let backend = try backend(threads: 1)
    let first = try operation.run(on: backend)
    let growths = backend.scratchGrowths
    #expect(try operation.run(on: backend) == first)
    #expect(backend.scratchGrowths == growths)
  }

  @Test func refusesTypesThatProductsCannotBeMadeIn() {
    #expect(throws: ComputeError.self) { try backend(.float16) }
  }
}
