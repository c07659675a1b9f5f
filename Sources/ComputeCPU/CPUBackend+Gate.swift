import Compute

extension CPUBackend {
  /// `output = silu(gate) * up`.
  public func swiGLU(gate: Tensor, up: Tensor, output: Tensor) {
    up.expectCount(gate.count, "the gate's other input")
    output.expectCount(gate.count, "the gate's output")
    let (g, u, y, kernels) = (gate.floats, up.floats, output.floats, kernels)
    forRanges(gate.count, of: Self.elementsPerUnit) { range, _ in
      let i = range.lowerBound
      kernels.swiglu(g + i, u + i, y + i, Int64(range.count))
    }
  }

  /// Gradients of gate and up; see `Backend`.
  public func swiGLUBackward(
    outputGradient: Tensor, gate: Tensor, up: Tensor, gateGradient: Tensor, upGradient: Tensor
  ) {
    up.expectCount(gate.count, "the gate's other input")
    outputGradient.expectCount(gate.count, "the gate's output gradient")
    gateGradient.expectCount(gate.count, "the gate's gradient")
    upGradient.expectCount(gate.count, "the gradient of the gate's other input")
    let (dy, g, u) = (outputGradient.floats, gate.floats, up.floats)
    let (dg, du, kernels) = (gateGradient.floats, upGradient.floats, kernels)
    forRanges(gate.count, of: Self.elementsPerUnit) { range, _ in
      let i = range.lowerBound
      kernels.swiglu_backward(dy + i, g + i, u + i, dg + i, du + i, Int64(range.count))
    }
  }
}
