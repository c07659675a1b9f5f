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

  /// `[out, in]`.
  public let shape: [Int]
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
  public init(shape: [Int], packed: Tensor, absmax: Tensor, nested: Nested?) {
    self.shape = shape
    self.packed = packed
    self.absmax = absmax
    self.nested = nested
  }
}

/// The low-rank update of one linear layer: `y += scaling * dropout(x) Aᵀ Bᵀ`.
///
/// Source: Hu et al. 2021, "LoRA".
public struct LoRAWeights: Sendable {
  /// float32 `[rank, in]`.
  public let a: Tensor
  /// float32 `[out, rank]`; zero at the start.
  public let b: Tensor
  /// alpha / rank.
  public let scaling: Float
  /// The probability with which an input element is dropped while training.
  public let dropout: Float

  /// An adapter's matrices.
  public init(a: Tensor, b: Tensor, scaling: Float, dropout: Float) {
    self.a = a
    self.b = b
    self.scaling = scaling
    self.dropout = dropout
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

  /// Gradient tensors.
  public init(weight: Tensor? = nil, bias: Tensor? = nil, a: Tensor? = nil, b: Tensor? = nil) {
    self.weight = weight
    self.bias = bias
    self.a = a
    self.b = b
  }
}
