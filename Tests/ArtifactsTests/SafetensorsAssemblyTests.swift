import Artifacts
import Fixtures
import Foundation
import Testing

@Suite struct SafetensorsAssemblyTests {
  private let folder = TemporaryFolder()

  /// Tensors of several element sizes; the bytes of each are its number.
  private static let tensors: [(name: String, type: SafetensorsType, shape: [Int])] = [
    ("codes", .u8, [5, 3]), ("scale", .f32, [2]), ("empty", .bf16, [0, 4]), ("half", .bf16, [3]),
    ("flag", .u8, []), ("long", .i64, [2]),
  ]

  private func bytes(_ index: Int) -> [UInt8] {
    let (_, type, shape) = Self.tensors[index]
    return (0..<shape.reduce(type.size, *)).map { UInt8(16 * index + $0 % 16) }
  }

  private func layout() throws -> SafetensorsLayout {
    var layout = SafetensorsLayout(metadata: ["format": "pt"])
    for (name, type, shape) in Self.tensors { try layout.add(name, type, shape) }
    return layout
  }

  private func expectedFile() throws -> Data {
    var writer = SafetensorsWriter(metadata: ["format": "pt"])
    for (index, tensor) in Self.tensors.enumerated() {
      try writer.add(tensor.name, tensor.type, tensor.shape, bytes: bytes(index))
    }
    try writer.write(to: folder.file("writer"))
    return try Data(contentsOf: URL(fileURLWithPath: folder.file("writer")))
  }

  @Test(arguments: [[0, 1, 2, 3, 4, 5], [5, 4, 3, 2, 1, 0], [3, 0, 5, 1, 4, 2]])
  func anyOrderGivesTheFileOfTheWriter(order: [Int]) throws {
    let path = folder.file("assembled")
    let file = try SafetensorsAssembly(layout(), at: path)
    for index in order {
      // In two pieces, each of which finds the other's end.
      let all = bytes(index)
      try file.append(Array(all.prefix(3)), to: Self.tensors[index].name)
      try file.append(Array(all.dropFirst(3)), to: Self.tensors[index].name)
    }
    try file.finish()
    #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == expectedFile())
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let file = try SafetensorsAssembly(layout(), at: folder.file("refused"))
    #expect(throws: AksharaError.self) { try file.append([1], to: "other") }
    try file.append([1, 2, 3, 4], to: "scale")
    #expect(throws: AksharaError.self) { try file.append([5, 6, 7, 8, 9], to: "scale") }
    #expect(throws: AksharaError.self) { try file.finish() }
  }

  @Test(arguments: [1, 7, 8, 64])
  func piecesOfATensorAreItsBytes(most: Int) throws {
    _ = try expectedFile()
    let file = try SafetensorsFile(folder.file("writer"))
    for (index, tensor) in Self.tensors.enumerated() {
      var found: [UInt8] = []
      try file.forEachPiece(of: tensor.name, atMost: most) { piece, offset in
        #expect(offset == found.count && piece.count <= most)
        found += Array(piece)
      }
      #expect(found == bytes(index))
    }
    #expect(throws: AksharaError.self) { try file.forEachPiece(of: "other") { _, _ in } }
  }
}
