// The loops that ctensor_narrow.h describes: the one body of all instruction sets.
//
// Products are fused with sums where `fused` stands, on every path, so the bits do not depend on the path.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#include "ctensor_vectors.h"

typedef uint16_t h16 __attribute__((vector_size(32)));

INLINE void store_halves(uint16_t *p, int64_t left, h16 x) {
  if (left >= 16) {
    memcpy(p, &x, 32);
  } else {
    for (int i = 0; i < left; i++) p[i] = x[i];
  }
}

// The bits of x with the upper half rounded to nearest even; NaN stays NaN, for its upper half is
// made odd first.
INLINE u16 rounded(v16 x) {
  u16 bits = (u16)x;
  u16 up = bits + 0x7FFF + ((bits >> 16) & 1);
  i16 is_nan = x != x;
  return ((u16)is_nan & (bits | 0x400000)) | (~(u16)is_nan & up);
}

INLINE h16 halves(v16 x) { return __builtin_convertvector(rounded(x) >> 16, h16); }
INLINE v16 widened(h16 x) { return (v16)(__builtin_convertvector(x, u16) << 16); }

// A word of a lower and an upper element.
INLINE u16 words(v16 low, v16 high) {
  return (rounded(low) >> 16) | (rounded(high) & 0xFFFF0000u);
}

INLINE uint32_t word(float low, float high) {
  uint32_t bits[2];
  memcpy(&bits[0], &low, 4);
  memcpy(&bits[1], &high, 4);
  for (int i = 0; i < 2; i++) {
    bool is_nan = (bits[i] & 0x7FFFFFFF) > 0x7F800000;
    bits[i] = is_nan ? bits[i] | 0x400000 : bits[i] + 0x7FFF + ((bits[i] >> 16) & 1);
  }
  return bits[0] >> 16 | (bits[1] & 0xFFFF0000u);
}

// exp(x): x = n ln 2 + r with ln 2 in two parts, |r| ≤ ln 2 / 2; exp(r) by its Taylor series to degree
// 6, whose next term is below 1.2e-7 there; then n is added to the exponent.
INLINE v16 exponential(v16 x) {
  const v16 round = all(12582912.0f);  // 1.5 · 2²³: adding it leaves the nearest integer below
  v16 shifted = fused(x, all(1.44269504088896341f), round);
  v16 n = shifted - round;
  v16 r = fused(n, all(-0.693359375f), x);
  r = fused(n, all(2.12194440e-4f), r);
  v16 p = all(1.0f / 720);
  p = fused(p, r, all(1.0f / 120));
  p = fused(p, r, all(1.0f / 24));
  p = fused(p, r, all(1.0f / 6));
  p = fused(p, r, all(0.5f));
  p = fused(p, r, all(1.0f));
  p = fused(p, r, all(1.0f));
  v16 y = (v16)((i16)p + (((i16)shifted - (i16)round) << 23));
  y = choose(x < all(-87.3f), all(0.0f), y);
  y = choose(x > all(88.3f), all(INFINITY), y);
  return choose(x == x, y, x);
}

static void quick_exponential(const float *x, float *y, int64_t n) {
  for (int64_t i = 0; i < n; i += 16) store(y + i, n - i, exponential(load(x + i, n - i, 0)));
}

// MARK: Rounding and packing

// Sixteen words of 32 elements that stand side by side.
INLINE u16 paired(const float *x, v16 scale) {
  v16 a, b;
  memcpy(&a, x, 64);
  memcpy(&b, x + 16, 64);
  a *= scale;
  b *= scale;
  v16 even = __builtin_shufflevector(
      a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
  v16 odd = __builtin_shufflevector(
      a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
  return words(even, odd);
}

static void round_rows(
    const float *x, int64_t x_stride, int64_t rows, int64_t n, float scale, uint32_t *out,
    int64_t stride) {
  for (int64_t r = 0; r < rows; r++, x += x_stride, out += stride) {
    int64_t i = 0;
    for (; i + 32 <= n; i += 32) {
      u16 w = paired(x + i, all(scale));
      memcpy(out + i / 2, &w, 64);
    }
    for (; i < n; i += 2) {
      out[i / 2] = word(x[i] * scale, i + 1 < n ? x[i + 1] * scale : 0);
    }
  }
}

static void round_columns(
    const float *x, int64_t x_stride, int64_t rows, int64_t n, float scale, uint32_t *out,
    int64_t stride) {
  for (int64_t i = 0; i < n; i += 2) {
    const float *low = x + i * x_stride;
    const float *high = i + 1 < n ? low + x_stride : NULL;
    for (int64_t r = 0; r < rows; r++) {
      out[r * stride + i / 2] = word(low[r] * scale, high ? high[r] * scale : 0);
    }
  }
}

static void pack(
    const float *x, int64_t x_stride, int64_t k, int64_t n, float scale, uint32_t *panels,
    int64_t pairs, int64_t first) {
  const v16 factor = all(scale);
  for (int64_t j = 0; j < n; j += CTENSOR_PANEL) {
    uint32_t *out = panels + (j * pairs + first * CTENSOR_PANEL);
    for (int64_t i = 0; i < k; i += 2, out += CTENSOR_PANEL) {
      const float *low = x + i * x_stride + j, *high = low + x_stride;
      for (int64_t c = 0; c < CTENSOR_PANEL; c += 16) {
        int64_t left = n - j - c;
        v16 a = load(low + c, left, 0) * factor;
        v16 b = i + 1 < k ? load(high + c, left, 0) * factor : all(0);
        u16 w = words(a, b);
        memcpy(out + c, &w, 64);
      }
    }
  }
}

static void pack_halves(
    const uint16_t *x, int64_t x_stride, int64_t k, int64_t n, uint32_t *panels, int64_t pairs,
    int64_t first) {
  for (int64_t j = 0; j < n; j += CTENSOR_PANEL) {
    uint32_t *out = panels + (j * pairs + first * CTENSOR_PANEL);
    int64_t width = n - j < CTENSOR_PANEL ? n - j : CTENSOR_PANEL;
    for (int64_t i = 0; i < k; i += 2, out += CTENSOR_PANEL) {
      const uint16_t *low = x + i * x_stride + j, *high = low + x_stride;
      if (width == CTENSOR_PANEL && i + 1 < k) {
        for (int c = 0; c < CTENSOR_PANEL; c++) out[c] = low[c] | (uint32_t)high[c] << 16;
        continue;
      }
      for (int64_t c = 0; c < CTENSOR_PANEL; c++) {
        uint32_t a = c < width ? low[c] : 0, b = c < width && i + 1 < k ? high[c] : 0;
        out[c] = a | b << 16;
      }
    }
  }
}

static void turn_halves(
    const uint16_t *x, int64_t x_stride, int64_t rows, int64_t n, uint32_t *out, int64_t stride) {
  for (int64_t r = 0; r < rows; r += 16) {
    int64_t height = rows - r < 16 ? rows - r : 16;
    for (int64_t i = 0; i < n; i += 32) {
      u16 block[16];
      for (int p = 0; p < 16; p++) {
        h16 low = {0}, high = {0};
        const uint16_t *from = x + (i + 2 * p) * x_stride + r;
        if (i + 2 * p < n) memcpy(&low, from, (size_t)height * 2);
        if (i + 2 * p + 1 < n) memcpy(&high, from + x_stride, (size_t)height * 2);
        block[p] = __builtin_convertvector(low, u16) | __builtin_convertvector(high, u16) << 16;
      }
      transpose(block);
      int64_t pairs = (n - i + 1) / 2 < 16 ? (n - i + 1) / 2 : 16;
      for (int64_t c = 0; c < height; c++) {
        memcpy(out + (r + c) * stride + i / 2, &block[c], (size_t)pairs * 4);
      }
    }
  }
}

static void pack_transposed(
    const float *x, int64_t x_stride, int64_t k, int64_t n, float scale, uint32_t *panels,
    int64_t pairs, int64_t first) {
  for (int64_t j = 0; j < n; j += 16) {
    uint32_t *out =
        panels + (j / CTENSOR_PANEL * CTENSOR_PANEL * pairs + first * CTENSOR_PANEL)
        + j % CTENSOR_PANEL;
    int64_t i = 0;
    for (; n - j >= 16 && i + 32 <= k; i += 32) {
      u16 block[16];
      for (int c = 0; c < 16; c++) block[c] = paired(x + (j + c) * x_stride + i, all(scale));
      transpose(block);
      for (int c = 0; c < 16; c++) memcpy(out + (i / 2 + c) * CTENSOR_PANEL, &block[c], 64);
    }
    for (; i < k; i += 2) {
      for (int64_t c = 0; c < 16; c++) {
        const float *p = x + (j + c) * x_stride + i;
        out[i / 2 * CTENSOR_PANEL + c] =
            j + c < n ? word(p[0] * scale, i + 1 < k ? p[1] * scale : 0) : 0;
      }
    }
  }
  // The upper half of a last panel that has at most 16 columns.
  int64_t end = n % CTENSOR_PANEL;
  if (end == 0 || end > 16) return;
  uint32_t *out = panels + (n - end) * pairs + first * CTENSOR_PANEL;
  for (int64_t i = 0; i < (k + 1) / 2; i++) memset(out + i * CTENSOR_PANEL + 16, 0, 64);
}

// MARK: Products

// sum + the products of the words of a (one, for all lanes) and b.
#if defined(CTENSOR_NATIVE)
INLINE v16 add_products(v16 sum, uint32_t a, u16 b) {
  return (v16)_mm512_dpbf16_ps((__m512)sum, (__m512bh)_mm512_set1_epi32((int)a), (__m512bh)b);
}
#else
INLINE v16 add_products(v16 sum, uint32_t a, u16 b) {
  uint32_t bits[2] = {a << 16, a & 0xFFFF0000u};
  float x[2];
  memcpy(x, bits, 8);
  v16 low = (v16)(b << 16), high = (v16)(b & 0xFFFF0000u);
#if defined(CTENSOR_FUSES)
  return fused(all(x[1]), high, fused(all(x[0]), low, sum));
#else
  return sum + all(x[0]) * low + all(x[1]) * high;
#endif
}
#endif

// `height` rows by `width` vectors of 16 columns.
INLINE void block(
    const int height, const int width, const uint32_t *rows, int64_t stride,
    const uint32_t *panel, int64_t count, int64_t n, const float *factors, bool accumulate,
    float *c, int64_t c_stride) {
  v16 sums[CTENSOR_STRIP][2];
#pragma unroll
  for (int r = 0; r < height; r++) {
#pragma unroll
    for (int v = 0; v < width; v++) sums[r][v] = all(0);
  }
  for (int64_t i = 0; i < count; i++, panel += CTENSOR_PANEL) {
    u16 b[2];
#pragma unroll
    for (int v = 0; v < width; v++) memcpy(&b[v], panel + 16 * v, 64);
#pragma unroll
    for (int r = 0; r < height; r++) {
      uint32_t a = rows[r * stride + i];
#pragma unroll
      for (int v = 0; v < width; v++) sums[r][v] = add_products(sums[r][v], a, b[v]);
    }
  }
#pragma unroll
  for (int r = 0; r < height; r++) {
#pragma unroll
    for (int v = 0; v < width; v++) {
      v16 sum = factors ? sums[r][v] * all(factors[r]) : sums[r][v];
      put(c + (r * c_stride + 16 * v), n - 16 * v, sum, accumulate);
    }
  }
}

#define BLOCK(height, width)                                                                   \
  static __attribute__((noinline)) void block_##height##_##width(                              \
      const uint32_t *rows, int64_t stride, const uint32_t *panel, int64_t count, int64_t n,   \
      const float *factors, bool accumulate, float *c, int64_t c_stride) {                     \
    block(height, width, rows, stride, panel, count, n, factors, accumulate, c, c_stride);     \
  }

#if defined(CTENSOR_NATIVE)
// 28 sums, 2 vectors of the panel; the word of a row comes straight from memory.
#define WIDE 2
BLOCK(14, 1) BLOCK(14, 2) BLOCK(8, 1) BLOCK(8, 2) BLOCK(4, 1) BLOCK(4, 2)
BLOCK(2, 1) BLOCK(2, 2) BLOCK(1, 1) BLOCK(1, 2)
#define HEIGHTS(X) X(14) X(8) X(4) X(2) X(1)
#define RUN(h)                                                                                 \
  while (m >= h) {                                                                             \
    if (columns > 16)                                                                          \
      block_##h##_2(rows, stride, panel, count, columns, f, accumulate, out, c_stride);        \
    else                                                                                       \
      block_##h##_1(rows, stride, panel, count, columns, f, accumulate, out, c_stride);        \
    rows += h * stride, out += h * c_stride, m -= h, f = f ? f + h : NULL;                     \
  }
#else
#define WIDE 1
BLOCK(4, 1) BLOCK(1, 1)
#define HEIGHTS(X) X(4) X(1)
#define RUN(h)                                                                                 \
  while (m >= h) {                                                                             \
    for (int64_t v = 0; v < columns; v += 16)                                                  \
      block_##h##_1(                                                                           \
          rows, stride, panel + v, count, columns - v, f, accumulate, out + v, c_stride);      \
    rows += h * stride, out += h * c_stride, m -= h, f = f ? f + h : NULL;                     \
  }
#endif

static void multiply_strip(
    const uint32_t *rows, int64_t stride, const uint32_t *panel, int64_t m, int64_t columns,
    int64_t count, const float *f, bool accumulate, float *out, int64_t c_stride) {
  HEIGHTS(RUN)
}

static void multiply(
    const uint32_t *rows, int64_t stride, const uint32_t *panels, int64_t pairs, int64_t m,
    int64_t n, int64_t count, const float *factors, bool accumulate, float *c, int64_t c_stride) {
  // Sixteen rows are two strips of eight rather than one of fourteen and one of two.
  const int64_t strip = m == 16 ? 8 : CTENSOR_STRIP;
  for (int64_t r = 0; r < m; r += strip) {
    int64_t height = m - r < strip ? m - r : strip;
    for (int64_t j = 0; j < n; j += CTENSOR_PANEL) {
      int64_t columns = n - j < CTENSOR_PANEL ? n - j : CTENSOR_PANEL;
      multiply_strip(
          rows + r * stride, stride, panels + j * pairs, height, columns, count,
          factors ? factors + r : NULL, accumulate, c + r * c_stride + j, c_stride);
    }
  }
}

// MARK: Exponentials

// The lanes of the 16 elements from `i` on that lie in `first ..< end`.
INLINE i16 lanes_within(int64_t i, int64_t first, int64_t end) {
  const i16 lanes = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  int64_t low = first - i, high = end - i;
  int32_t from = low < 0 ? 0 : low < 16 ? (int32_t)low : 16;
  int32_t to = high < 0 ? 0 : high < 16 ? (int32_t)high : 16;
  return (lanes >= from) & (lanes < to);
}

// Zeros in `0 ..< width` but for the whole vectors that touch `first ..< end`; returns the
// first element of these.
INLINE int64_t clear_around(uint16_t *p, int64_t first, int64_t end, int64_t width) {
  int64_t start = first / 16 * 16, stop = (end + 15) / 16 * 16;
  memset(p, 0, (size_t)start * 2);
  if (stop < width) memset(p + stop, 0, (size_t)(width - stop) * 2);
  return start;
}

static float softmax_block(
    const float *scores, int64_t first, int64_t end, int64_t width, float scale, float *maximum,
    float *sum, uint16_t *p) {
  if (first < 0) first = 0;
  if (end > width) end = width;
  if (first >= end) {
    memset(p, 0, (size_t)width * 2);
    return 1.0f;
  }
  int64_t start = clear_around(p, first, end, width);
  v16 largest = all(-INFINITY);
  for (int64_t i = start; i < end; i += 16) {
    v16 x = load(scores + i, width - i, -INFINITY);
    if (i < first || i + 16 > end) x = choose(lanes_within(i, first, end), x, all(-INFINITY));
    // NaN must not hide behind a comparison: the exponentials below carry it on.
    largest = choose(x > largest, x, largest);
  }
  float old = *maximum, new = lane_maximum(largest) * scale;
  if (!(new > old)) new = old;
  v16 total = all(0);
  for (int64_t i = start; i < end; i += 16) {
    v16 y = exponential(fused(load(scores + i, width - i, 0), all(scale), all(-new)));
    if (i < first || i + 16 > end) y = choose(lanes_within(i, first, end), y, all(0));
    h16 narrow = halves(y);
    total += widened(narrow);
    store_halves(p + i, width - i, narrow);
  }
  v16 correction = exponential(all(old - new));
  *maximum = new;
  *sum = *sum * correction[0] + lane_sum(total);
  return correction[0];
}

static void softmax_block_backward(
    const float *scores, const float *gradients, int64_t first, int64_t end, int64_t width,
    float scale, const float *logs, const float *dots, uint16_t *p, uint16_t *ds) {
  if (first < 0) first = 0;
  if (end > width) end = width;
  if (first >= end) first = end = 0;
  int64_t start = clear_around(p, first, end, width);
  clear_around(ds, first, end, width);
  for (int64_t i = start; i < end; i += 16) {
    int64_t left = width - i;
    v16 x = load(scores + i, left, 0);
    v16 y = exponential(fused(x, all(scale), -load(logs + i, left, 0)));
    v16 d = all(scale) * y * (load(gradients + i, left, 0) - load(dots + i, left, 0));
    if (i < first || i + 16 > end) {
      i16 seen = lanes_within(i, first, end);
      y = choose(seen, y, all(0));
      d = choose(seen, d, all(0));
    }
    store_halves(p + i, left, halves(y));
    store_halves(ds + i, left, halves(d));
  }
}

static float exponentials(const float *logits, int64_t n, float *sum, uint16_t *p) {
  v16 largest = all(-INFINITY);
  for (int64_t i = 0; i < n; i += 16) {
    v16 x = load(logits + i, n - i, -INFINITY);
    largest = choose(x > largest, x, largest);
  }
  float maximum = lane_maximum(largest);
  v16 total = all(0);
  for (int64_t i = 0; i < n; i += 16) {
    v16 y = exponential(load(logits + i, n - i, -INFINITY) - all(maximum));
    total += y;
    store_halves(p + i, n - i, halves(y));
  }
  if (n % 2) p[n] = 0;
  *sum = lane_sum(total);
  return maximum;
}

const ctensor_narrow CTENSOR_TABLE = {
    .round_rows = round_rows,
    .round_columns = round_columns,
    .pack = pack,
    .pack_transposed = pack_transposed,
    .pack_halves = pack_halves,
    .turn_halves = turn_halves,
    .multiply = multiply,
    .softmax_block = softmax_block,
    .softmax_block_backward = softmax_block_backward,
    .exponentials = exponentials,
    .quick_exponential = quick_exponential,
};

#pragma clang diagnostic pop
