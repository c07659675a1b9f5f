/// What of a forward pass is not kept for the backward pass, but made again from what was kept.
///
/// What is made again has the same bits: operations are deterministic, and dropout masks come from
/// counters. So losses and gradients do not depend on the choice, only memory and time do. Per layer
/// and token, in float32, with hidden width h, query width q, key width k and gate width g:
///
///     none        7 streams and norms …                  4 h + 2 q + 2 k + 3 g
///     selective   norms and gated values made again      2 h + 2 q + 2 k + 2 g     no product twice
///     layer       only the layer's input is kept         h                         forward pass twice
///
/// Source: Chen et al. 2016, "Training deep nets with sublinear memory cost"; Korthikanti et al. 2022,
/// "Reducing activation recomputation in large transformer models", section 5.
public enum ActivationCheckpointing: String, Sendable, CaseIterable {
  /// Everything that the backward pass reads is kept.
  case none
  /// What costs no product is made again: outputs of norms and of the gate.
  case selective
  /// Everything but a layer's input, and the adapters' narrow inputs, is made again.
  case layer

  /// How costly a value is to make again.
  enum Cost {
    /// Element by element.
    case elementwise
    /// A product or attention.
    case product
    /// Cannot be made from what else is kept, or is so small that it is not worth it.
    case kept
  }

  /// Whether a value of this cost is kept for the backward pass.
  func keeps(_ cost: Cost) -> Bool {
    switch self {
    case .none: true
    case .selective: cost != .elementwise
    case .layer: cost == .kept
    }
  }
}

/// The operations of one layer, and those of them that run again before its backward pass.
struct CheckpointedLayer: Sendable {
  /// Places in the list.
  let range: Range<Int>
  /// Places of what runs again, in order.
  let again: [Int]

  /// Goes through the layer from its end: an operation runs again if it writes something that is
  /// wanted and was not kept; then what it reads is wanted too.
  init(_ range: Range<Int>, of operations: [any DecoderOperation], kept: Set<ActivationSlot>) {
    self.range = range
    var wanted = Set(operations[range].flatMap(\.backwardInputs)).subtracting(kept)
    var again: [Int] = []
    for index in range.reversed() {
      let operation = operations[index]
      guard !wanted.isDisjoint(with: operation.outputs) else { continue }
      again.append(index)
      wanted.subtract(operation.outputs)
      wanted.formUnion(Set(operation.inputsAgain).subtracting(kept))
    }
    self.again = again.reversed()
  }
}

extension OperationList {
  /// Runs the list from its end down to the first operation that has trained parameters. Each layer
  /// first makes again what it has not kept; the last one finds it still there.
  func runBackward(_ pass: DecoderPass) {
    var layer = layers.count - 1
    for index in (firstTrained..<operations.count).reversed() {
      if layer >= 0, index == layers[layer].range.upperBound - 1 {
        if layer < layers.count - 1 {
          for again in layers[layer].again { operations[again].forwardAgain(pass) }
        }
        layer -= 1
      }
      operations[index].backward(pass)
    }
  }
}
