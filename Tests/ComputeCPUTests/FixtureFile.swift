import Artifacts
import Fixtures

@testable import ComputeCPU

/// Reads tensors of a fixture as arrays.
struct FixtureFile {
  let file: SafetensorsFile

  /// A fixture of this repository.
  init(committed name: String) throws {
    file = try SafetensorsFile(RepositoryPaths.file("Tests/Fixtures/Data/\(name)"))
  }

  /// A fixture beside the repository; `nil`, with the reason printed, where it is absent.
  init?(shared path: String) throws {
    guard let path = RepositoryPaths.shared(path) else { return nil }
    file = try SafetensorsFile(path)
  }

  func shape(_ name: String) throws -> [Int] { try file.entry(name).shape }

  func floats(_ name: String) throws -> [Float] {
    switch try file.entry(name).type {
    case .bf16: try read(name, UInt16.self).map { Float(bitPattern: UInt32($0) << 16) }
    default: try read(name, Float.self)
    }
  }

  func integers(_ name: String) throws -> [Int32] { try read(name, Int32.self) }

  func bytes(_ name: String) throws -> [UInt8] { try read(name, UInt8.self) }

  private func read<Element: BitwiseCopyable>(
    _ name: String, _: Element.Type
  ) throws -> [Element] {
    try file.withBytes(of: name) { bytes in
      let size = MemoryLayout<Element>.size
      return (0..<bytes.count / size).map {
        bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self)
      }
    }
  }
}
