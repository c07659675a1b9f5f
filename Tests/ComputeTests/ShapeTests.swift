import Compute
import Testing

@Suite struct ShapeTests {
  @Test func holdsLengthsInTheirOrder() {
    let shape: Shape = [8, 512, 64]
    #expect(Array(shape) == [8, 512, 64] && shape.count == 3 && shape[1] == 512)
    #expect(shape == Shape(8, 512, 64) && Shape(8, 512) == [8, 512] && Shape(8) == [8])
    #expect(shape != [8, 512] && Shape(8) != Shape(8, 1))
    #expect("\(shape)" == "[8, 512, 64]")
  }

  @Test func countsElements() {
    let shape: Shape = [8, 512, 64]
    #expect(shape.elementCount == 262_144 && shape.rowCount == 8 && shape.rowElementCount == 32_768)
    let scalar: Shape = []
    #expect(
      scalar.elementCount == 1 && scalar.rowCount == 1 && scalar.rowElementCount == 1
        && scalar.isEmpty)
    #expect(Shape(0, 7).elementCount == 0)
  }

  @Test func refusesMoreDimensionsThanItHolds() {
    #expect(Shape([1, 2, 3, 4]) == [1, 2, 3, 4])
    #expect(Shape([1, 2, 3, 4, 5]) == nil)
  }
}
