import Compute
import Testing

@Suite struct TensorTests {
  private final class Storage: TensorStorage {}

  private let tensor = Tensor(shape: [4, 3, 2], type: .float32, storage: Storage())

  @Test func countsElements() {
    #expect(tensor.count == 24)
    #expect(tensor.rows == 4)
    #expect(Tensor(shape: [], type: .float32, storage: Storage()).count == 1)
  }

  @Test func rowsAreViewsOfTheSameStorage() {
    let view = tensor.rows(1..<3)
    #expect(view.shape == [2, 3, 2])
    #expect(view.offset == 6)
    #expect(view.storage === tensor.storage)
    #expect(view.rows(1..<2).offset == 12)
    #expect(tensor.prefix(2).shape == [2, 3, 2])
  }

  @Test func reshapingKeepsElements() {
    #expect(tensor.rows(2..<4).reshaped([12]).offset == 12)
    #expect(tensor.reshaped([8, 3]).rows == 8)
  }

  @Test func weightsKnowTheirSize() {
    let weight = Tensor(shape: [5, 7], type: .bfloat16, storage: Storage())
    #expect(LinearWeight.dense(weight).outputCount == 5)
    #expect(LinearWeight.dense(weight).inputCount == 7)
    #expect(DType.allCases.map(\.size) == [4, 2, 2, 4, 1, 1])
  }
}
