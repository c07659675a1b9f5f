/// A device that runs the model's operations.
///
/// The model is written once over this protocol. It is made for a device that works
/// asynchronously: operations take tensors, write into tensors the caller has planned, and return
/// nothing that must be waited for. The host sees values only through `download`.
///
/// Conventions, for every operation:
/// - `tokens` is the number of tokens of all sequences of a micro-batch, laid end to end; there is
///   no padding on the device.
/// - Outputs are overwritten (`=`) unless the comment says they are added to (`+=`).
/// - Activations are float32; products are made in `computeType`; sums are float32 in an order
///   that does not depend on the number of threads.
/// - Shapes are preconditions: the model is checked when it is built, not in each step.
/// - One operation at a time: a backend may be handed from thread to thread, but is never called by
///   two at once.
public protocol Backend: AdapterOperations, AnyObject, Sendable {
  /// `cpu` or `cuda`.
  var name: String { get }
  /// What results depend on: library and version, instruction set. Written into manifests.
  var configuration: String { get }
  /// The type in which matrix products are made.
  var computeType: DType { get }

  // MARK: Memory

  /// A tensor of zeros.
  ///
  /// - Throws: if the device has no room.
  func makeTensor(_ shape: Shape, _ type: DType) throws -> Tensor
  /// Copies host bytes to the device; `bytes.count` is the tensor's size.
  func upload(_ bytes: UnsafeRawBufferPointer, to tensor: Tensor)
  /// Waits for all work before it and copies the tensor to the host.
  func download(_ tensor: Tensor, to bytes: UnsafeMutableRawBufferPointer)
  /// Sets all elements to zero.
  func zero(_ tensor: Tensor)
  /// Copies elements; types may differ among float32, bfloat16 and float16 (round to nearest even).
  func copy(_ source: Tensor, to destination: Tensor)
  /// `destination += source`, float32.
  func add(_ source: Tensor, to destination: Tensor)

  // MARK: Quantization

  /// Quantizes a float32 matrix `[out, in]` as bitsandbytes' CPU path does, bit for bit.
  func quantizeNF4(_ weight: Tensor, doubleQuantization: Bool) throws -> NF4Weight
  /// Writes the float32 values that a quantized matrix stands for.
  func dequantize(_ weight: NF4Weight, to destination: Tensor)
  /// Quantizes a float32 matrix `[out, in]` row by row as bitsandbytes does for LLM.int8; see
  /// `Int8Weight`.
  func quantizeInt8(_ weight: Tensor) throws -> Int8Weight
  /// Writes the float32 values that a quantized matrix stands for.
  func dequantize(_ weight: Int8Weight, to destination: Tensor)

  // MARK: Embedding

  /// `output[t] = table[tokens[t]]`; tokens int32 `[tokens]`, table `[vocabulary, hidden]` of any
  /// float type, output float32 `[tokens, hidden]`.
  func embed(_ tokens: Tensor, table: Tensor, output: Tensor)
  /// `tableGradient[tokens[t]] += outputGradient[t]`, in the order of `t`; a negative token is passed
  /// over.
  func embedBackward(_ tokens: Tensor, outputGradient: Tensor, tableGradient: Tensor)

  // MARK: Normalization

  /// RMS norm with residual.
  ///
  ///     sum          = residual + delta          (delta may be absent)
  ///     inverse[t]   = 1 / sqrt(mean(sum[t]²) + epsilon)
  ///     output[t]    = sum[t] * inverse[t] * weight
  ///
  /// `sum` may be the same tensor as `residual`. Source: Zhang and Sennrich 2019, "RMSNorm".
  func rmsNorm(
    residual: Tensor, delta: Tensor?, weight: Tensor, epsilon: Float, sum: Tensor, output: Tensor,
    inverse: Tensor)
  /// With `g = outputGradient * weight` and `n` the width:
  ///
  ///     sumGradient[t]  += inverse[t] * (g[t] - sum[t] * inverse[t]² * dot(g[t], sum[t]) / n)
  ///     weightGradient  += Σ_t outputGradient[t] * sum[t] * inverse[t]      (if wanted)
  ///
  /// `sumGradient` comes in with the gradient that reaches the residual stream from above.
  func rmsNormBackward(
    outputGradient: Tensor, sum: Tensor, inverse: Tensor, weight: Tensor, sumGradient: Tensor,
    weightGradient: Tensor?)

  // MARK: Rotary positions

  /// Rotates, in place, pairs `(x[i], x[i + d/2])` of each head by the angle of its position.
  ///
  /// `values` is `[tokens, heads, d]`, `positions` int32 `[tokens]`, `table` float32
  /// `[positions, d]`: d/2 cosines, then d/2 sines. `inverse` turns the other way, which is the
  /// backward pass. Source: Su et al. 2021, "RoFormer", in the half-split layout of transformers.
  func rotate(_ values: Tensor, positions: Tensor, table: Tensor, inverse: Bool)

  // MARK: Attention

  /// Causal softmax attention inside each sequence; sequences never see each other.
  ///
  ///     output[i] = Σ_j softmax_j(scale * q[i]·k[j]) v[j]     j ≤ i + keys − queries, same sequence
  ///
  /// With `sequences.window` only the last so many of these keys are seen, the query's own among
  /// them: j > i + keys − queries − window.
  ///
  /// q, output `[query tokens, heads, d]`; k, v `[key tokens, kvHeads, d]`; heads of one group share a
  /// key-value head. `logSumExp` float32 `[query tokens, heads]` is kept for the backward pass.
  func attention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, sequences: PackedSequences, scale: Float,
    output: Tensor, logSumExp: Tensor)
  /// Gradients of q, k and v (`=`), with the probabilities made again from `logSumExp`.
  ///
  /// Source: Dao 2023, "FlashAttention-2", algorithm 2.
  func attentionBackward(
    outputGradient: Tensor, _ q: Tensor, _ k: Tensor, _ v: Tensor, output: Tensor,
    logSumExp: Tensor, sequences: PackedSequences, scale: Float,
    qGradient: Tensor, kGradient: Tensor, vGradient: Tensor)

  // MARK: Linear layers

  /// `output = input Wᵀ + bias + scaling * (dropout(input) Aᵀ) Bᵀ`.
  ///
  /// input `[tokens, in]`, output `[tokens, out]`. `adapterInput` `[tokens, rank]` receives
  /// `dropout(input) Aᵀ` for the backward pass; needed only with an adapter. `dropout` names the
  /// random stream of this use (element index = token * in + column); `nil` while evaluating.
  func linear(
    _ layer: LinearLayer, input: Tensor, output: Tensor, adapterInput: Tensor?,
    dropout: CounterRandom?)
  /// The gradients of `linear`.
  ///
  ///     u              = scaling * outputGradient B                       [tokens, rank]
  ///     inputGradient  = outputGradient W + dropoutMask * (u A)           (+= if `accumulate`)
  ///     A gradient    += uᵀ dropout(input),  B gradient += scaling * outputGradientᵀ adapterInput
  ///     W gradient    += outputGradientᵀ input,  bias gradient += Σ_t outputGradient[t]
  ///
  /// `scratch` is float32 `[tokens, rank]`; needed only with an adapter.
  func linearBackward(
    _ layer: LinearLayer, input: Tensor, adapterInput: Tensor?, outputGradient: Tensor,
    inputGradient: Tensor?, accumulate: Bool, gradients: LinearGradients, scratch: Tensor?,
    dropout: CounterRandom?)

  // MARK: Gate

  /// `output = silu(gate) * up`, with `silu(x) = x / (1 + exp(-x))`. Source: Shazeer 2020, "GLU".
  func swiGLU(gate: Tensor, up: Tensor, output: Tensor)
  /// Gradients of gate and up (`=`); they may overwrite `gate` and `up` themselves.
  func swiGLUBackward(
    outputGradient: Tensor, gate: Tensor, up: Tensor, gateGradient: Tensor, upGradient: Tensor)

  // MARK: Loss

  /// Weighted cross-entropy straight from hidden states, over the vocabulary in chunks of tokens,
  /// so that the logits of a whole batch never exist at once.
  ///
  ///     loss += normalizer * Σ_t weights[t] * (logSumExp(h[t] Eᵀ) − h[t]·E[targets[t]])
  ///
  /// hidden `[tokens, hidden]`, head `E` `[vocabulary, hidden]`, targets int32 `[tokens]` (a
  /// negative one is ignored), weights float32 `[tokens]`, loss float32 `[1]`. `normalizer` is
  /// 1 / Σ weights over the whole optimizer step, not over the micro-batch.
  /// `gradients`, if given, are made in the same pass.
  func crossEntropy(
    hidden: Tensor, head: LinearWeight, targets: Tensor, weights: Tensor, normalizer: Float,
    loss: Tensor, gradients: CrossEntropyGradients?)

  // MARK: Optimizer

  /// `norm = sqrt(Σ over all tensors of Σ g²)`, float32 `[1]`; summed in double precision.
  func gradientNorm(_ gradients: [Tensor], norm: Tensor)
  /// One AdamW step over all parameters, whose moments are float32 or block-wise in 8 bits. With a
  /// `norm`, gradients are first scaled by `min(1, maxNorm / (norm + 1e-6))`.
  ///
  ///     p = p * (1 − lr λ)
  ///     m = m + (1 − β₁) (g − m),   v = β₂ v + (1 − β₂) g²
  ///     p = p − lr / (1 − β₁ᵗ) * m / (sqrt(v) / sqrt(1 − β₂ᵗ) + ε)
  ///
  /// The order of operations is that of torch.optim.AdamW, so that parameters agree to their last
  /// bits. Source: Loshchilov and Hutter 2019, "Decoupled weight decay regularization"; the clipping
  /// constant as in torch.nn.utils.clip_grad_norm_. Moments in 8 bits are dequantized, updated in
  /// float32, used, and quantized again (`BlockwiseMoment`).
  func adamW(_ parameters: [OptimizedParameter], settings: AdamWSettings, norm: Tensor?)

  /// Waits until all work is done.
  ///
  /// - Throws: if the device reported an error since the last call.
  func synchronize() throws
}

extension Backend {
  /// A tensor of zeros whose shape comes from a file.
  ///
  /// - Throws: `ComputeError` if it has more dimensions than a tensor may have; and as above.
  public func makeTensor(_ lengths: [Int], _ type: DType) throws -> Tensor {
    guard let shape = Shape(lengths) else {
      throw ComputeError(
        "a tensor of the shape \(lengths) has more than \(Shape.mostDimensions) dimensions",
        remedy: "look whether this file belongs to the model")
    }
    return try makeTensor(shape, type)
  }
}

/// Where each sequence of a micro-batch begins and ends.
///
///     three sequences of 4, 2 and 3 tokens:  borders = [0, 4, 6, 9]
public struct PackedSequences: Sendable {
  /// int32 `[sequences + 1]`: borders of the queries.
  public let queryBorders: Tensor
  /// int32 `[sequences + 1]`: borders of keys and values; more than the queries when a cache holds
  /// earlier keys.
  public let keyBorders: Tensor
  /// How many sequences.
  public let count: Int
  /// The most keys a sequence has.
  public let longest: Int
  /// The most keys a query sees, its own among them; `nil`: all up to its own.
  public private(set) var window: Int?

  /// Borders on the device.
  public init(
    queryBorders: Tensor, keyBorders: Tensor, count: Int, longest: Int, window: Int? = nil
  ) {
    self.queryBorders = queryBorders
    self.keyBorders = keyBorders
    self.count = count
    self.longest = longest
    self.window = window
  }

  /// The same sequences for a layer whose queries see at most `window` keys.
  public func within(_ window: Int?) -> PackedSequences {
    var sequences = self
    // A window that no sequence outgrows takes nothing away.
    sequences.window = window.flatMap { $0 < longest ? $0 : nil }
    return sequences
  }
}

/// Where the gradients of the cross-entropy go.
public struct CrossEntropyGradients: Sendable {
  /// float32 `[tokens, hidden]` (`=`).
  public var hidden: Tensor
  /// float32 `[vocabulary, hidden]` (`+=`), if the head is trained.
  public var head: Tensor?
  /// Some of its rows, if only these are trained.
  public var headRows: SelectedRows?

  /// Gradient tensors.
  public init(hidden: Tensor, head: Tensor? = nil, headRows: SelectedRows? = nil) {
    self.hidden = hidden
    self.head = head
    self.headRows = headRows
  }
}
