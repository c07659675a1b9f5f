import Batching
internal import Foundation

/// Packs rows of the lengths on standard input (32-bit numbers, little-endian) several times, and
/// prints one JSON line: CPU seconds of each time, packs, and the share of their room that is empty.
///
///     packing-benchmark CAPACITY TIMES < lengths
@main
struct PackingBenchmark {
  static func main() throws {
    let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
    guard arguments.count == 2, arguments[1] > 0 else {
      FileHandle.standardError.write(
        Data("call it as: packing-benchmark CAPACITY TIMES < lengths\n".utf8))
      exit(2)
    }
    let lengths = Self.lengths(try FileHandle.standardInput.readToEnd() ?? Data())
    var seconds: [Double] = []
    var packing = try Packing(lengths: [], capacity: arguments[0])
    for _ in 0..<arguments[1] {
      let start = clock()
      packing = try Packing(lengths: lengths, capacity: arguments[0])
      seconds.append(Double(clock() - start) / Double(CLOCKS_PER_SEC))
    }
    print(
      "{\"rows\": \(packing.rowCount), \"packs\": \(packing.count), \"waste\": \(packing.waste),"
        + " \"cpu\": \(seconds)}")
  }

  private static func lengths(_ data: Data) -> [Int32] {
    data.withUnsafeBytes { bytes in
      (0..<bytes.count / 4).map {
        Int32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: Int32.self))
      }
    }
  }
}
