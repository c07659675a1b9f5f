import Compute
import ComputeCPU

@testable import Modeling

/// A decoder small enough for finite differences, with everything that a large one has: grouped
/// heads, a head width that is not hidden / heads, scaled rotary frequencies.
enum SmallModel {
  static func configuration(tied: Bool = true) -> ModelConfiguration {
    ModelConfiguration(
      vocabularyCount: 23, hiddenWidth: 12, gateWidth: 20, layerCount: 2, headCount: 4,
      keyValueHeadCount: 2, headWidth: 6, normEpsilon: 1e-5,
      rotary: RotaryParameters(
        theta: 500,
        scaling: .llama3(
          factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositions: 16)),
      maximumPositions: 64, tiesHead: tied)
  }

  /// A decoder with what the families add: biases, head norms, a window in one layer.
  static func richConfiguration(tied: Bool = true) -> ModelConfiguration {
    var shape = configuration(tied: tied)
    shape.family = .qwen3
    shape.biasedProjections = Set(Projection.allCases)
    shape.normalizesHeads = true
    shape.windows = [2, nil]
    return shape
  }

  /// Random weights large enough that no gradient is tiny.
  static func weights(
    tied: Bool = true, isRich: Bool = false, quantization: QuantizationOptions? = nil,
    on backend: any Backend
  ) throws -> DecoderWeights {
    try DecoderWeights(
      isRich ? richConfiguration(tied: tied) : configuration(tied: tied),
      from: RandomWeights(seed: 7, standardDeviation: 0.2),
      quantization: quantization, on: backend)
  }

  /// Three sequences; some targets ignored, one weight unlike 1.
  static let batch = MicroBatch(
    tokens: [3, 9, 14, 2, 7, 7, 21, 5, 11],
    positions: [0, 1, 2, 3, 0, 1, 0, 1, 2],
    borders: [0, 4, 6, 9],
    targets: [-100, 14, 2, -100, 7, -100, 5, 11, -100],
    weights: [0, 1, 1, 0, 0.5, 0, 1, 1, 0])

  static let normalizer = Float(1 / batch.totalWeight)
}

/// Draws values for a tensor on a device.
func fill(_ tensor: Tensor, seed: UInt64, scale: Double, on backend: any Backend) {
  let values = CounterRandom(seed: seed, stream: 0).normals(tensor.count).map { Float($0 * scale) }
  values.withUnsafeBytes { backend.upload($0, to: tensor) }
}

func set(_ tensor: Tensor, _ values: [Float], on backend: any Backend) {
  values.withUnsafeBytes { backend.upload($0, to: tensor) }
}
