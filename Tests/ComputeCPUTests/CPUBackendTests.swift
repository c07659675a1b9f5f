import Compute
import Foundation
import Testing

@testable import ComputeCPU

@Suite struct CPUBackendTests {
  /// Our own products, and the libraries that are installed here.
  static let libraries = [MatrixLibrary.builtin, .onednn, .openblas].filter {
    (try? CPUBackend(threads: 1, library: $0)) != nil
  }

  @Test(arguments: OperationCases.allCases)
  func resultsAreTheSameBitsForAnyNumberOfThreads(operation: OperationCases) throws {
    for library in Self.libraries {
      let results = try [1, 2, 16].map { threads in
        try operation.run(on: CPUBackend(threads: threads, library: library))
          .map { $0.map(\.bitPattern) }
      }
      #expect(results[1] == results[0], "2 threads, \(library)")
      #expect(results[2] == results[0], "16 threads, \(library)")
    }
  }

  @Test(arguments: OperationCases.allCases)
  func repeatingAnOperationTakesNoMemory(operation: OperationCases) throws {
    for threads in [1, 3] {
      let backend = try CPUBackend(threads: threads)
      let first = try operation.run(on: backend)
      try backend.synchronize()
      let growths = backend.scratchGrowths
      #expect(try operation.run(on: backend) == first)
      #expect(backend.scratchGrowths == growths, "\(threads) threads")
    }
  }

  /// Products of the libraries against our plain loops. Sums of up to 1030 products of numbers of size
  /// 1 are of size 32; in float32 they are off by some of its units, hence 1e-4 of the largest value.
  @Test(arguments: OperationCases.allCases)
  func librariesAgreeWithTheReference(operation: OperationCases) throws {
    let expected = try operation.run(on: CPUBackend(threads: 2, library: .reference))
    for library in Self.libraries {
      let found = try operation.run(on: CPUBackend(threads: 2, library: library))
      #expect(found.count == expected.count)
      for (a, b) in zip(found, expected) {
        let largest = max(1, b.map { abs($0) }.max() ?? 0)
        let error = zip(a, b).map { abs($0 - $1) }.max() ?? 0
        #expect(a.count == b.count && error <= 1e-4 * largest, "\(library): off by \(error)")
      }
    }
  }

  @Test func instructionSetsAgree() throws {
    for operation in OperationCases.allCases {
      let results = try KernelTests.sets.map {
        try operation.run(on: CPUBackend(threads: 2, library: .reference, isa: $0))
          .map { $0.map(\.bitPattern) }
      }
      for result in results { #expect(result == results[0], "\(operation)") }
    }
  }

  @Test func saysWhatResultsDependOn() throws {
    let reference = try CPUBackend(threads: 1, library: .reference, isa: .scalar)
    #expect(reference.configuration == "reference, kernels scalar")
    #expect(reference.name == "cpu" && reference.computeType == .float32)
    for library in Self.libraries {
      let words = try CPUBackend(threads: 1, library: library).configuration.lowercased()
      #expect(words.contains(library.rawValue) && words.contains("kernels"), "\(words)")
    }
  }

  @Test func saysWhatToInstallWhereALibraryIsMissing() {
    #expect {
      try MatrixProduct(.onednn, isa: .scalar, onednn: ["libnone.so.1"])
    } throws: {
      let text = "\($0)"
      return $0 is ComputeError && text.contains("libnone.so.1")
        && text.contains("apt-get install")
    }
    #expect(throws: ComputeError.self) {
      try MatrixProduct(.openblas, isa: .scalar, openblas: ["libnone.so.1"])
    }
  }

  @Test func refusesNumbersOfThreadsThatCannotBe() {
    #expect(throws: ComputeError.self) { try CPUBackend(threads: 0) }
    #expect(throws: ComputeError.self) { try CPUBackend(threads: 5000) }
  }

  @Test func environmentChoosesLibraryAndInstructions() throws {
    #expect(try MatrixProduct.choice(.automatic, environment: nil) == .automatic)
    #expect(try MatrixProduct.choice(.automatic, environment: "reference") == .reference)
    #expect(try MatrixProduct.choice(.onednn, environment: "reference") == .onednn)
    #expect(throws: ComputeError.self) {
      try MatrixProduct.choice(.automatic, environment: "mkl")
    }
    #expect(try InstructionSet.choice(environment: nil, best: .avx512) == .avx512)
    #expect(try InstructionSet.choice(environment: "scalar", best: .avx2) == .scalar)
    #expect(throws: ComputeError.self) {
      try InstructionSet.choice(environment: "avx512", best: .avx2)
    }
    #expect(throws: ComputeError.self) {
      try InstructionSet.choice(environment: "neon", best: .avx512)
    }
  }

  @Test func tensorsMoveWholeBuffers() throws {
    let f = try BackendFixture()
    let x = try f.tensor([1, 2, 3, 4, 5, 6], [3, 2])
    #expect(f.values(x.rows(1..<3)) == [3, 4, 5, 6])
    f.backend.zero(x.rows(1..<2))
    #expect(f.values(x) == [1, 2, 0, 0, 5, 6])
    #expect(f.values(try f.zeros([2, 2])) == [0, 0, 0, 0])
    #expect(throws: ComputeError.self) { try f.backend.makeTensor([1 << 30, 1 << 25], .float32) }
  }
}
