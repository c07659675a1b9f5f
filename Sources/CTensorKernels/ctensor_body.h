// The kernels that ctensor_kernels.h describes: the one body of all instruction sets.
//
// Nothing is contracted (-ffp-contract=off) and no sum is reordered, so the bits are the same on every path.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#include "ctensor_vectors.h"

typedef uint64_t ul16 __attribute__((vector_size(128)));
typedef double d16 __attribute__((vector_size(128)));

INLINE v16 larger(v16 a, v16 b) { return choose(a > b, a, b); }

INLINE double lane_sum_double(d16 lanes) {
  double x[16];
  memcpy(x, &lanes, 128);
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) x[i] += x[i + width];
  }
  return x[0];
}

// exp(x) after Cephes' expf (Moshier 1989): x = n ln 2 + r with ln 2 in two parts, |r| ≤ ln 2 / 2,
// exp(r) ≈ 1 + r + r² P(r), then n is added to the exponent.
INLINE v16 exponential_16(v16 x) {
  const v16 round = all(12582912.0f);  // 1.5 · 2²³: adding it leaves the nearest integer below
  v16 shifted = x * all(1.44269504088896341f) + round;
  v16 n = shifted - round;
  v16 r = x - n * all(0.693359375f);
  r = r - n * all(-2.12194440e-4f);
  v16 p = all(1.9875691500e-4f);
  p = p * r + all(1.3981999507e-3f);
  p = p * r + all(8.3334519073e-3f);
  p = p * r + all(4.1665795894e-2f);
  p = p * r + all(1.6666665459e-1f);
  p = p * r + all(5.0000001201e-1f);
  p = p * (r * r) + r + all(1.0f);
  i16 exponent = ((i16)shifted - (i16)round + 127) << 23;
  v16 y = p * (v16)exponent;
  y = choose(x < all(-87.33f), all(0.0f), y);
  y = choose(x > all(88.37f), all(INFINITY), y);
  return choose(x == x, y, x);
}

static void exponential(const float *x, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    store(y + i, n - i, exponential_16(load(x + i, n - i, 0)));
  }
}

static void add(const float *x, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] += x[i];
}

static void scale(float *y, float factor, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] *= factor;
}

static float dot(const float *x, const float *y, int64_t n) {
  v16 sum = all(0);
  for (int64_t i = 0; i < n; i += 16) sum += load(x + i, n - i, 0) * load(y + i, n - i, 0);
  return lane_sum(sum);
}

static double sum_of_squares(const float *x, int64_t n) {
  d16 sum = {0};
  for (int64_t i = 0; i < n; i += 16) {
    d16 wide = __builtin_convertvector(load(x + i, n - i, 0), d16);
    sum += wide * wide;
  }
  return lane_sum_double(sum);
}

// MARK: Conversions

static void bfloat16_to_float(const uint16_t *x, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(&y[i], &bits, 4);
  }
}

static void float_to_bfloat16(const float *x, uint16_t *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, &x[i], 4);
    uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
    y[i] = (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? (bits >> 16) | 0x40 : rounded);
  }
}

static void float16_to_float(const uint16_t *x, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t sign = (uint32_t)(x[i] & 0x8000) << 16;
    uint32_t magnitude = x[i] & 0x7FFF;
    uint32_t bits = magnitude << 13;
    float value;
    // Multiplying by 2^112 rebases the exponent and normalizes subnormals, exactly.
    memcpy(&value, &bits, 4);
    value *= 0x1p112f;
    memcpy(&bits, &value, 4);
    if (magnitude >= 0x7C00) bits = 0x7F800000 | (magnitude & 0x3FF) << 13;
    bits |= sign;
    memcpy(&y[i], &bits, 4);
  }
}

static void float_to_float16(const float *x, uint16_t *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, &x[i], 4);
    uint32_t sign = (bits >> 16) & 0x8000;
    uint32_t magnitude = bits & 0x7FFFFFFF;
    uint32_t half;
    if (magnitude > 0x7F800000) {
      half = 0x7E00 | (magnitude >> 13 & 0x3FF);
    } else if (magnitude >= 0x477FF000) {  // 65,520: half way between the largest and infinity
      half = 0x7C00;
    } else if (magnitude < 0x38800000) {  // 2^-14: subnormal; adding 0.5 rounds at 2^-24
      float value;
      memcpy(&value, &magnitude, 4);
      value += 0.5f;
      memcpy(&half, &value, 4);
      half -= 0x3F000000;
    } else {
      half = (magnitude - 0x38000000 + 0xFFF + ((magnitude >> 13) & 1)) >> 13;
    }
    y[i] = (uint16_t)(sign | half);
  }
}

// MARK: Normalization

static float rms_norm(
    const float *residual, const float *delta, const float *weight, float epsilon, float *sum,
    float *output, int64_t n) {
  v16 squares = all(0);
  for (int64_t i = 0; i < n; i += 16) {
    v16 x = load(residual + i, n - i, 0);
    if (delta) x += load(delta + i, n - i, 0);
    store(sum + i, n - i, x);
    squares += x * x;
  }
  float inverse = 1.0f / sqrtf(lane_sum(squares) / (float)n + epsilon);
  for (int64_t i = 0; i < n; i++) output[i] = sum[i] * inverse * weight[i];
  return inverse;
}

static void rms_norm_backward(
    const float *output_gradient, const float *sum, float inverse, const float *weight,
    float *sum_gradient, float *weight_gradient, int64_t n) {
  v16 products = all(0);
  for (int64_t i = 0; i < n; i += 16) {
    v16 g = load(output_gradient + i, n - i, 0) * load(weight + i, n - i, 0);
    products += g * load(sum + i, n - i, 0);
  }
  float pull = inverse * inverse * (lane_sum(products) / (float)n);
  for (int64_t i = 0; i < n; i++) {
    float g = output_gradient[i] * weight[i];
    sum_gradient[i] += inverse * (g - sum[i] * pull);
  }
  if (!weight_gradient) return;
  for (int64_t i = 0; i < n; i++) weight_gradient[i] += output_gradient[i] * sum[i] * inverse;
}

// MARK: Rotary positions

static void rotate(float *x, const float *table, int64_t heads, int64_t width, bool inverse) {
  int64_t half = width / 2;
  float sign = inverse ? -1.0f : 1.0f;
  for (int64_t head = 0; head < heads; head++, x += width) {
    for (int64_t i = 0; i < half; i++) {
      float c = table[i], s = sign * table[half + i];
      float low = x[i], high = x[half + i];
      x[i] = low * c - high * s;
      x[half + i] = high * c + low * s;
    }
  }
}

// MARK: Gate

INLINE v16 sigmoid_16(v16 x) { return all(1) / (all(1) + exponential_16(-x)); }

static void swiglu(const float *gate, const float *up, float *output, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    v16 g = load(gate + i, n - i, 0);
    store(output + i, n - i, g * sigmoid_16(g) * load(up + i, n - i, 0));
  }
}

static void swiglu_backward(
    const float *output_gradient, const float *gate, const float *up, float *gate_gradient,
    float *up_gradient, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) {
    v16 d = load(output_gradient + i, n - i, 0);
    v16 g = load(gate + i, n - i, 0);
    v16 u = load(up + i, n - i, 0);
    v16 s = sigmoid_16(g);
    store(gate_gradient + i, n - i, d * u * s * (all(1) + g * (all(1) - s)));
    store(up_gradient + i, n - i, d * g * s);
  }
}

// MARK: Attention

static float softmax_block(
    float *scores, int64_t valid, int64_t width, float scale, float *maximum, float *sum) {
  for (int64_t i = valid < 0 ? 0 : valid; i < width; i++) scores[i] = 0;
  if (valid <= 0) return 1.0f;
  v16 largest = all(-INFINITY);
  for (int64_t i = 0; i < valid; i += 16) {
    // NaN must not hide behind a comparison: the exponentials below carry it on.
    v16 x = load(scores + i, valid - i, 0) * all(scale);
    if (valid - i < 16) {
      for (int j = (int)(valid - i); j < 16; j++) x[j] = -INFINITY;
    }
    largest = larger(x, largest);
  }
  float old = *maximum;
  float new = lane_maximum(largest);
  if (!(new > old)) new = old;
  v16 total = all(0);
  for (int64_t i = 0; i < valid; i += 16) {
    v16 p = exponential_16(load(scores + i, valid - i, 0) * all(scale) - all(new));
    store(scores + i, valid - i, p);
    if (valid - i < 16) p = load(scores + i, valid - i, 0);
    total += p;
  }
  v16 correction = exponential_16(all(old - new));
  *maximum = new;
  *sum = *sum * correction[0] + lane_sum(total);
  return correction[0];
}

static void softmax_block_backward(
    float *scores, float *gradients, int64_t valid, int64_t width, float scale,
    float log_sum_exp, float row_dot) {
  if (valid < 0) valid = 0;
  for (int64_t i = valid; i < width; i++) scores[i] = gradients[i] = 0;
  for (int64_t i = 0; i < valid; i += 16) {
    v16 p = exponential_16(load(scores + i, valid - i, 0) * all(scale) - all(log_sum_exp));
    v16 d = load(gradients + i, valid - i, 0);
    store(scores + i, valid - i, p);
    store(gradients + i, valid - i, all(scale) * p * (d - all(row_dot)));
  }
}

// MARK: Loss

static float cross_entropy(
    float *logits, int64_t n, int64_t target, float weight, bool gradient) {
  float aim = logits[target];
  v16 largest = all(-INFINITY);
  for (int64_t i = 0; i < n; i += 16) largest = larger(load(logits + i, n - i, -INFINITY), largest);
  float maximum = lane_maximum(largest);
  v16 total = all(0);
  for (int64_t i = 0; i < n; i += 16) {
    v16 p = exponential_16(load(logits + i, n - i, -INFINITY) - all(maximum));
    total += p;
    store(logits + i, n - i, p);
  }
  float sum = lane_sum(total);
  if (gradient) {
    float factor = weight / sum;
    for (int64_t i = 0; i < n; i++) logits[i] *= factor;
    logits[target] -= weight;
  }
  return maximum + logf(sum) - aim;
}

// MARK: NF4

// The values of 8 bytes of codes, the first in the high nibble.
INLINE v16 lookup_16(const float *code, const uint8_t *packed) {
#if defined(CTENSOR_LOOKUP_AVX512)
  __m128i bytes = _mm_loadl_epi64((const __m128i *)packed);
  __m128i low = _mm_and_si128(bytes, _mm_set1_epi8(15));
  __m128i high = _mm_and_si128(_mm_srli_epi16(bytes, 4), _mm_set1_epi8(15));
  __m512i codes = _mm512_cvtepu8_epi32(_mm_unpacklo_epi8(high, low));
  return (v16)_mm512_permutexvar_ps(codes, _mm512_loadu_ps(code));
#else
  float x[16];
  for (int i = 0; i < 8; i++) {
    x[2 * i] = code[packed[i] >> 4];
    x[2 * i + 1] = code[packed[i] & 15];
  }
  v16 values;
  memcpy(&values, x, 64);
  return values;
#endif
}

static void dequantize_nf4(
    const uint8_t *packed, const float *code, const float *scales, int64_t start, float *y,
    int64_t n) {
  int64_t first = start / 64, end = start + n;
  for (int64_t i = start; i < end;) {
    float scale = scales[i / 64 - first];
    if (i % 16 == 0 && end - i >= 16) {
      store(y + i - start, 16, lookup_16(code, packed + i / 2) * all(scale));
      i += 16;
    } else {
      uint8_t byte = packed[i / 2];
      y[i - start] = code[i % 2 ? byte & 15 : byte >> 4] * scale;
      i += 1;
    }
  }
}

static void dequantize_scales(
    const uint8_t *absmax, const float *code, const float *nested_absmax, float offset,
    int64_t first, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    y[i] = code[absmax[first + i]] * nested_absmax[(first + i) / 256] + offset;
  }
}

// MARK: Dropout

// The upper and lower halves of 16 products with a constant.
INLINE void multiply_wide(u16 x, uint64_t factor, u16 *high, u16 *low) {
  ul16 product = __builtin_convertvector(x, ul16) * factor;
  *high = __builtin_convertvector(product >> 32, u16);
  *low = __builtin_convertvector(product, u16);
}

// a0 b0 a1 b1 … of the lower eight lanes, and of the upper eight.
#define LOWER_PAIRS(a, b) \
  __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23)
#define UPPER_PAIRS(a, b) \
  __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31)

// The factors of 64 elements from `index`, a multiple of 64: 16 Philox 4×32-10 counters side by side,
// each with the words of four elements.
INLINE void mask_64(const ctensor_dropout *mask, int64_t index, float *factors) {
  uint64_t counter = (uint64_t)index / 4;  // a multiple of 16: the lanes' sum has no carry
  u16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  u16 x0 = lanes + (uint32_t)counter, x1 = lanes * 0 + (uint32_t)(counter >> 32);
  u16 x2 = lanes * 0 + (uint32_t)mask->stream, x3 = lanes * 0 + (uint32_t)(mask->stream >> 32);
  uint32_t k0 = (uint32_t)mask->seed, k1 = (uint32_t)(mask->seed >> 32);
  for (int round = 0; round < 10; round++) {
    u16 high0, low0, high2, low2;
    multiply_wide(x0, 0xD2511F53u, &high0, &low0);
    multiply_wide(x2, 0xCD9E8D57u, &high2, &low2);
    x0 = high2 ^ x1 ^ k0;
    x1 = low2;
    x2 = high0 ^ x3 ^ k1;
    x3 = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  // Lane i of word k belongs to element 4 i + k.
  u16 even[2] = {LOWER_PAIRS(x0, x2), UPPER_PAIRS(x0, x2)};
  u16 odd[2] = {LOWER_PAIRS(x1, x3), UPPER_PAIRS(x1, x3)};
  v16 kept = all(1.0f / (1.0f - mask->probability));
  for (int k = 0; k < 4; k++) {
    u16 words = k % 2 ? UPPER_PAIRS(even[k / 2], odd[k / 2]) : LOWER_PAIRS(even[k / 2], odd[k / 2]);
    v16 number = __builtin_convertvector((i16)(words >> 8), v16) * all(0x1p-24f);
    store(factors + 16 * k, 16, choose(number >= all(mask->probability), kept, all(0)));
  }
}

static void dropout(
    const ctensor_dropout *mask, int64_t start, const float *x, float *y, int64_t n) {
  float factors[64];
  for (int64_t i = 0; i < n;) {
    int64_t ahead = (start + i) % 64;
    int64_t count = n - i < 64 - ahead ? n - i : 64 - ahead;
    mask_64(mask, start + i - ahead, factors);
    for (int64_t j = 0; j < count; j++) y[i + j] = factors[ahead + j] * x[i + j];
    i += count;
  }
}

static void dropout_add(
    const ctensor_dropout *mask, int64_t start, const float *x, float *y, int64_t n) {
  float factors[64];
  for (int64_t i = 0; i < n;) {
    int64_t ahead = (start + i) % 64;
    int64_t count = n - i < 64 - ahead ? n - i : 64 - ahead;
    mask_64(mask, start + i - ahead, factors);
    for (int64_t j = 0; j < count; j++) y[i + j] += factors[ahead + j] * x[i + j];
    i += count;
  }
}

// MARK: Optimizer

static void adamw(
    const ctensor_adamw *step, float *p, const float *gradient, float *m, float *v, int64_t n) {
  const ctensor_adamw s = *step;
  for (int64_t i = 0; i < n; i++) {
    float g = gradient[i] * s.gradient_scale;
    float first = fmaf(s.first_weight, g - m[i], m[i]);
    float second = fmaf(s.second_weight * g, g, v[i] * s.second_decay);
    float root = sqrtf(second) / s.correction + s.epsilon;
    m[i] = first;
    v[i] = second;
    p[i] = p[i] * s.decay - s.step_size * first / root;
  }
}

const ctensor_kernels CTENSOR_TABLE = {
    .exponential = exponential,
    .add = add,
    .scale = scale,
    .dot = dot,
    .sum_of_squares = sum_of_squares,
    .bfloat16_to_float = bfloat16_to_float,
    .float_to_bfloat16 = float_to_bfloat16,
    .float16_to_float = float16_to_float,
    .float_to_float16 = float_to_float16,
    .rms_norm = rms_norm,
    .rms_norm_backward = rms_norm_backward,
    .rotate = rotate,
    .swiglu = swiglu,
    .swiglu_backward = swiglu_backward,
    .softmax_block = softmax_block,
    .softmax_block_backward = softmax_block_backward,
    .cross_entropy = cross_entropy,
    .dequantize_nf4 = dequantize_nf4,
    .dequantize_scales = dequantize_scales,
    .dropout = dropout,
    .dropout_add = dropout_add,
    .adamw = adamw,
};

#pragma clang diagnostic pop
