import Compute

extension CPUBackend {
  /// Rotates each head by the angle of its position; see `Backend`.
  public func rotate(_ values: Tensor, positions: Tensor, table: Tensor, inverse: Bool) {
    let (heads, width) = (values.shape[1], values.shape[2])
    precondition(width % 2 == 0 && table.width == width, "a rotary table needs the head's width")
    let (x, places, angles, kernels) = (values.floats, positions.integers, table.floats, kernels)
    positions.expectCount(values.shape[0], "the positions")
    forRanges(values.shape[0], of: 64) { range, _ in
      for t in range {
        precondition(
          0..<table.rows ~= Int(places[t]), "position \(places[t]) is not in the rotary table")
        kernels.rotate(
          x + t * heads * width, angles + Int(places[t]) * width, Int64(heads), Int64(width),
          inverse)
      }
    }
  }
}
