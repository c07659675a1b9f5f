/// A weight matrix `[out, in]` as it is stored.
public enum LinearWeight: Sendable {
  /// Elements as they are: float32, bfloat16 or float16.
  case dense(Tensor)
  /// 4-bit NormalFloat blocks, dequantized tile by tile while they are used.
  case nf4(NF4Weight)
  /// Signed bytes with one scale a row, dequantized tile by tile while they are used.
  case int8(Int8Weight)

  /// Rows: the width of the output.
  public var outputCount: Int {
    switch self {
    case .dense(let tensor): tensor.shape[0]
    case .nf4(let weight): weight.shape[0]
    case .int8(let weight): weight.codes.shape[0]
    }
  }

  /// Columns: the width of the input.
  public var inputCount: Int {
    switch self {
    case .dense(let tensor): tensor.shape[1]
    case .nf4(let weight): weight.shape[1]
    case .int8(let weight): weight.codes.shape[1]
    }
  }
}

/// A matrix in 4-bit NormalFloat with double quantization, laid out as bitsandbytes lays it out.
///
/// The matrix is cut, row-major, into blocks of 64 elements. With `codes` the 16 NF4 values:
///
///     element[i] = codes[nibble(packed, i)] * absmax(i / 64)
///     absmax(b)  = nestedCode[absmax[b]] * nestedAbsmax[b / 256] + offset
///
/// Source: Dettmers et al. 2023, "QLoRA", section 3 and appendix E.
public struct NF4Weight: Sendable {
  /// Elements a block.
  public static let blockSize = 64
  /// Blocks a nested block.
  public static let nestedBlockSize = 256

  /// Quantiles of the standard normal distribution, scaled to -1...1, with an exact zero.
  ///
  /// Source: Dettmers et al. 2023, "QLoRA", appendix E; digits as in `get_4bit_type` of bitsandbytes
  /// 0.50.2.
  public static let values: [Float] = [
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635,
    -0.18477343022823334, -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725,
    0.24611230194568634, 0.33791524171829224, 0.44070982933044434, 0.5626170039176941,
    0.7229568362236023, 1.0,
  ]

  /// `[out, in]`.
  public let shape: Shape
  /// uint8 `[(out * in + 1) / 2]`: two codes a byte, the first in the high nibble.
  public let packed: Tensor
  /// The scale of each block: uint8 `[blocks]` codes when quantized twice, else float32.
  public let absmax: Tensor
  /// What dequantizes `absmax`, when quantized twice.
  public let nested: Nested?

  /// The second quantization.
  public struct Nested: Sendable {
    /// float32 `[256]`: the dynamic 8-bit code.
    public let code: Tensor
    /// float32 `[(blocks + 255) / 256]`: the scale of each nested block.
    public let absmax: Tensor
    /// float32 `[1]`: the mean of the scales, taken off before they were quantized.
    public let offset: Tensor

    /// The second quantization's tensors.
    public init(code: Tensor, absmax: Tensor, offset: Tensor) {
      self.code = code
      self.absmax = absmax
      self.offset = offset
    }
  }

  /// A quantized matrix of these tensors.
  public init(shape: Shape, packed: Tensor, absmax: Tensor, nested: Nested?) {
    self.shape = shape
    self.packed = packed
    self.absmax = absmax
    self.nested = nested
  }
}

/// The low-rank update of one linear layer: `y += scaling * dropout(x) Aᵀ Bᵀ`.
///
/// With a magnitude the whole layer becomes `y = m / ‖W + scaling · B A‖ · (x Wᵀ + scaling · x Aᵀ Bᵀ)`,
/// row by row of the weight, of which `Backend.linear` makes the part in parentheses.
///
/// Sources: Hu et al. 2021, "LoRA"; Liu et al. 2024, "DoRA".
public struct LoRAWeights: Sendable {
  /// float32 `[rank, in]`.
  public let a: Tensor
  /// float32 `[out, rank]`; zero at the start.
  public let b: Tensor
  /// alpha / rank, or alpha / √rank where it is stabilized (Kalajdzievski 2023, "rsLoRA").
  public let scaling: Float
  /// The probability with which an input element is dropped while training.
  public let dropout: Float
  /// The lengths that the rows of the adapted weight are given; `nil`: those they have.
  public let magnitude: Magnitude?

  /// The trained length of each row, and the length that the row has.
  public struct Magnitude: Sendable {
    /// float32 `[out]`: m.
    public let value: Tensor
    /// float32 `[out]`: `‖W + scaling · B A‖`, which `AdapterOperations.rowNorms` writes.
    public let norms: Tensor

    /// Lengths in these tensors.
    public init(value: Tensor, norms: Tensor) {
      self.value = value
      self.norms = norms
    }
  }

  /// An adapter's matrices.
  public init(
    a: Tensor, b: Tensor, scaling: Float, dropout: Float, magnitude: Magnitude? = nil
  ) {
    self.a = a
    self.b = b
    self.scaling = scaling
    self.dropout = dropout
    self.magnitude = magnitude
  }

  /// The rank.
  public var rank: Int { a.shape[0] }
}

/// A linear layer: `y = x Wᵀ + bias`, plus its adapter's update.
public struct LinearLayer: Sendable {
  /// The base weight; frozen unless a gradient is asked for.
  public var weight: LinearWeight
  /// float32 `[out]`.
  public var bias: Tensor?
  /// The low-rank update, if any.
  public var adapter: LoRAWeights?

  /// A layer.
  public init(weight: LinearWeight, bias: Tensor? = nil, adapter: LoRAWeights? = nil) {
    self.weight = weight
    self.bias = bias
    self.adapter = adapter
  }
}

/// Where the gradients of a linear layer's parameters are added; `nil` where none is wanted.
public struct LinearGradients: Sendable {
  /// float32 `[out, in]`; only for a dense weight.
  public var weight: Tensor?
  /// float32 `[out]`.
  public var bias: Tensor?
  /// float32 `[rank, in]`.
  public var a: Tensor?
  /// float32 `[out, rank]`.
  public var b: Tensor?
  /// float32 `[out]`: of an adapter's magnitude.
  public var magnitude: Tensor?

  /// Gradient tensors.
  public init(
    weight: Tensor? = nil, bias: Tensor? = nil, a: Tensor? = nil, b: Tensor? = nil,
    magnitude: Tensor? = nil
  ) {
    self.magnitude = magnitude
    self.weight = weight
    self.bias = bias
    self.a = a
    self.b = b
  }
}
