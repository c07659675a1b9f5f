// Loops of the CPU backend over float32 rows, compiled for AVX-512, AVX2 and plain x86-64 or ARM.
//
// One body (`ctensor_body.h`) is compiled once for each instruction set, without contraction of
// a * b + c and with all sums in 16 fixed lanes, so every path gives the same bits. Each function
// has a Swift twin in Sources/ComputeCPU/Reference and a test that they agree.
//
// "Lane sum": element i is added to lane i % 16 in the order of i; then lanes 8–15 are added to lanes
// 0–7, 4–7 to 0–3, 2–3 to 0–1, and 1 to 0.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { CTENSOR_SCALAR = 0, CTENSOR_AVX2 = 1, CTENSOR_AVX512 = 2 };

// A dropout mask: element i is kept where the 24 upper bits of Philox word i % 4 of counter i / 4,
// times 2^-24, are not below `probability`; what is kept is multiplied by 1 / (1 - probability).
typedef struct {
  uint64_t seed;
  uint64_t stream;
  float probability;
} ctensor_dropout;

// What one AdamW step multiplies with; made in double precision and rounded once, as torch does.
typedef struct {
  float gradient_scale;    // what clipping multiplies gradients with
  float decay;             // 1 - learning rate * weight decay
  float first_weight;      // 1 - beta1
  float second_decay;      // beta2
  float second_weight;     // 1 - beta2
  float step_size;         // learning rate / (1 - beta1^step)
  float correction;        // sqrt(1 - beta2^step)
  float epsilon;
} ctensor_adamw;

typedef struct {
  // y[i] = exp(x[i]). Error below 2 ulp of float32 (Cephes' degree-5 polynomial after Cody–Waite
  // reduction); 0 below -87.33, infinity above 88.37, NaN for NaN.
  void (*_Nonnull exponential)(const float *_Nonnull x, float *_Nonnull y, int64_t n);
  // y[i] += x[i]
  void (*_Nonnull add)(const float *_Nonnull x, float *_Nonnull y, int64_t n);
  // y[i] *= factor
  void (*_Nonnull scale)(float *_Nonnull y, float factor, int64_t n);
  // Lane sum of x[i] * y[i].
  float (*_Nonnull dot)(const float *_Nonnull x, const float *_Nonnull y, int64_t n);
  // Lane sum of x[i]² in double precision.
  double (*_Nonnull sum_of_squares)(const float *_Nonnull x, int64_t n);

  // bfloat16 is the upper half of float32; rounded to nearest even, NaN stays NaN.
  void (*_Nonnull bfloat16_to_float)(const uint16_t *_Nonnull x, float *_Nonnull y, int64_t n);
  void (*_Nonnull float_to_bfloat16)(const float *_Nonnull x, uint16_t *_Nonnull y, int64_t n);
  // IEEE half precision; rounded to nearest even, beyond 65,504 infinity.
  void (*_Nonnull float16_to_float)(const uint16_t *_Nonnull x, float *_Nonnull y, int64_t n);
  void (*_Nonnull float_to_float16)(const float *_Nonnull x, uint16_t *_Nonnull y, int64_t n);

  // One row of RMS norm: sum = residual + delta (delta may be NULL; sum may be residual),
  // inverse = 1 / sqrt(lane sum of sum² / n + epsilon), output = sum * inverse * weight.
  // Returns inverse.
  float (*_Nonnull rms_norm)(
      const float *_Nonnull residual, const float *_Nullable delta, const float *_Nonnull weight,
      float epsilon, float *_Nonnull sum, float *_Nonnull output, int64_t n);
  // One row of its gradient, with g = output_gradient * weight:
  //   sum_gradient    += inverse * (g - sum * (inverse² * (lane sum of g * sum) / n))
  //   weight_gradient += output_gradient * sum * inverse                       (unless NULL)
  void (*_Nonnull rms_norm_backward)(
      const float *_Nonnull output_gradient, const float *_Nonnull sum, float inverse,
      const float *_Nonnull weight, float *_Nonnull sum_gradient,
      float *_Nullable weight_gradient, int64_t n);

  // Rotates `heads` rows of `width`: with h = width / 2, c = table[i], s = ±table[h + i],
  //   (x[i], x[h + i]) = (x[i] c - x[h + i] s, x[h + i] c + x[i] s)
  void (*_Nonnull rotate)(
      float *_Nonnull x, const float *_Nonnull table, int64_t heads, int64_t width, bool inverse);

  // output = gate * sigmoid(gate) * up, with sigmoid(x) = 1 / (1 + exp(-x)).
  void (*_Nonnull swiglu)(
      const float *_Nonnull gate, const float *_Nonnull up, float *_Nonnull output, int64_t n);
  // With s = sigmoid(gate):
  //   gate_gradient = output_gradient * up * s * (1 + gate * (1 - s))
  //   up_gradient   = output_gradient * gate * s          (the outputs may be gate and up)
  void (*_Nonnull swiglu_backward)(
      const float *_Nonnull output_gradient, const float *_Nonnull gate, const float *_Nonnull up,
      float *_Nonnull gate_gradient, float *_Nonnull up_gradient, int64_t n);

  // One row of a block of attention scores, in place. Of `width` scores the first `valid` count;
  // the others become 0. With M the larger of *maximum and max(scale * s):
  //   s = exp(scale * s - M),  *sum = *sum * c + lane sum of s,  *maximum = M
  // Returns c = exp(old maximum - M), by which the row of the output must be multiplied.
  float (*_Nonnull softmax_block)(
      float *_Nonnull scores, int64_t valid, int64_t width, float scale, float *_Nonnull maximum,
      float *_Nonnull sum);
  // One row of a block in the backward pass: p = exp(scale * s - log_sum_exp) replaces the score, and
  // scale * p * (dp - row_dot) replaces dp; both are 0 from `valid` on.
  void (*_Nonnull softmax_block_backward)(
      float *_Nonnull scores, float *_Nonnull gradients, int64_t valid, int64_t width, float scale,
      float log_sum_exp, float row_dot);

  // One row of cross-entropy: returns log(Σ exp(logits)) - logits[target]. If `gradient`, the logits
  // become weight * (softmax(logits) - [i = target]).
  float (*_Nonnull cross_entropy)(
      float *_Nonnull logits, int64_t n, int64_t target, float weight, bool gradient);

  // Elements `start ..< start + n` of an NF4 matrix: y[i] = code[nibble i] * absmax[i / 64].
  // `scales` are the float32 scales from block start / 64 on.
  void (*_Nonnull dequantize_nf4)(
      const uint8_t *_Nonnull packed, const float *_Nonnull code, const float *_Nonnull scales,
      int64_t start, float *_Nonnull y, int64_t n);

  // Float32 scales of blocks `first ..< first + n` of a matrix that was quantized twice:
  //   y[i] = code[absmax[first + i]] * nested_absmax[(first + i) / 256] + offset
  void (*_Nonnull dequantize_scales)(
      const uint8_t *_Nonnull absmax, const float *_Nonnull code,
      const float *_Nonnull nested_absmax, float offset, int64_t first, float *_Nonnull y,
      int64_t n);

  // y[i] = mask[start + i] * x[i]
  void (*_Nonnull dropout)(
      const ctensor_dropout *_Nonnull mask, int64_t start, const float *_Nonnull x,
      float *_Nonnull y, int64_t n);
  // y[i] += mask[start + i] * x[i]
  void (*_Nonnull dropout_add)(
      const ctensor_dropout *_Nonnull mask, int64_t start, const float *_Nonnull x,
      float *_Nonnull y, int64_t n);

  // One AdamW step with the roundings of torch's CPU binaries, g = gradient * gradient_scale:
  //   p = p * decay
  //   m = fma(first_weight, g - m, m)
  //   v = fma(second_weight * g, g, v * second_decay)
  //   p = p - step_size * m / (sqrt(v) / correction + epsilon)
  void (*_Nonnull adamw)(
      const ctensor_adamw *_Nonnull step, float *_Nonnull p, const float *_Nonnull gradient,
      float *_Nonnull m, float *_Nonnull v, int64_t n);
} ctensor_kernels;

// The best instruction set of this machine: CTENSOR_AVX512, CTENSOR_AVX2 or CTENSOR_SCALAR.
int ctensor_best_isa(void);

// The kernels for an instruction set. The caller makes sure that the machine has it.
const ctensor_kernels *_Nonnull ctensor_kernels_for(int isa);

// Tells the core that a loop is waiting.
void ctensor_pause(void);
