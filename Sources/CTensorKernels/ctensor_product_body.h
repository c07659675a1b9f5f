// The product that ctensor_product.h describes: the one body of all instruction sets.
//
// Columns of B are packed into panels of 32; a block of some rows of A by 16 or 32 columns then keeps
// all its sums in registers. Source of the scheme: Goto and van de Geijn 2008,
// "Anatomy of high-performance matrix multiplication".
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wpsabi"

#include "ctensor_vectors.h"

enum {
  PANEL = 32,
  INNER = CTENSOR_PRODUCT_INNER,
  ACROSS = CTENSOR_PRODUCT_COLUMNS,
  // A packed row of A: a cache line more than it needs, so that rows that are read side by side do
  // not fall into the same set of a cache.
  ROW = INNER + 16,
#if defined(CTENSOR_WIDE)
  STRIP = 14,
#else
  STRIP = 6,
#endif
  DOWN = CTENSOR_PRODUCT_ROWS / STRIP * STRIP,
};

#if defined(CTENSOR_FUSES)
INLINE v16 add_product(v16 sum, v16 a, v16 b) { return fused(a, b, sum); }
#else
INLINE v16 add_product(v16 sum, v16 a, v16 b) { return sum + a * b; }
#endif

// MARK: Packing

// Panels of op(B) `[count, n]`: out[j / 32][i][j % 32], zeros beyond n.
static void pack_rows(
    const float *b, int64_t b_stride, int64_t count, int64_t n, float *out) {
  for (int64_t i = 0; i < count; i++, b += b_stride, out += PANEL) {
    for (int64_t j = 0; j < n; j += PANEL) {
      v16 x = load(b + j, n - j, 0), y = load(b + j + 16, n - j - 16, 0);
      memcpy(out + j * count, &x, 64);
      memcpy(out + j * count + 16, &y, 64);
    }
  }
}

// The same of B as it is stored where op transposes it, `[n, count]`.
static void pack_columns(
    const float *b, int64_t b_stride, int64_t count, int64_t n, float *out) {
  for (int64_t j = 0; j < n; j += 16) {
    float *half = out + (j / PANEL) * PANEL * count + j % PANEL;
    int64_t width = n - j < 16 ? n - j : 16;
    for (int64_t i = 0; i < count; i += 16) {
      u16 block[16];
      for (int c = 0; c < 16; c++) {
        block[c] = c < width ? (u16)load(b + (j + c) * b_stride + i, count - i, 0) : (u16)all(0);
      }
      transpose(block);
      int64_t height = count - i < 16 ? count - i : 16;
      for (int64_t r = 0; r < height; r++) memcpy(half + (i + r) * PANEL, &block[r], 64);
    }
  }
  // The upper half of a last panel that has at most 16 columns.
  int64_t end = n % PANEL;
  if (end == 0 || end > 16) return;
  float *half = out + (n - end) * count + 16;
  for (int64_t i = 0; i < count; i++) memset(half + i * PANEL, 0, 64);
}

// Whether rows of A that are read side by side would fall into the same set of a first cache of 64 sets
// of 64 bytes. They are read where they lie if they do not, and copied, `ROW` apart, if they do.
INLINE bool rows_collide(int64_t stride) { return stride % (64 * 16) == 0; }

// Rows of A as they are: out[r][i], `ROW` from one to the next.
static void copy_rows(const float *a, int64_t a_stride, int64_t m, int64_t count, float *out) {
  for (int64_t r = 0; r < m; r++) memcpy(out + r * ROW, a + r * a_stride, (size_t)count * 4);
}

// Strips of A where op transposes it, `[count, m]`: out[r / STRIP][i][r % STRIP].
static void copy_strips(const float *a, int64_t a_stride, int64_t m, int64_t count, float *out) {
  for (int64_t i = 0; i < count; i++, a += a_stride, out += STRIP) {
    int64_t r = 0;
    for (; r + STRIP <= m; r += STRIP) memcpy(out + r * count, a + r, STRIP * 4);
    if (r < m) memcpy(out + r * count, a + r, (size_t)(m - r) * 4);
  }
}

// MARK: Blocks

// `height` rows by `width` vectors of 16 columns; an element of A lies at `a[row * down + inner * along]`.
INLINE void block(
    const int height, const int width, const int64_t down, const int64_t along, const float *a,
    const float *panel, int64_t count, int64_t n, float scale, bool accumulate, float *c,
    int64_t c_stride) {
  v16 sums[STRIP][2];
#pragma unroll
  for (int r = 0; r < height; r++) {
#pragma unroll
    for (int v = 0; v < width; v++) sums[r][v] = all(0);
  }
  for (int64_t i = 0; i < count; i++, a += along, panel += PANEL) {
    v16 b[2];
#pragma unroll
    for (int v = 0; v < width; v++) memcpy(&b[v], panel + 16 * v, 64);
#pragma unroll
    for (int r = 0; r < height; r++) {
#pragma unroll
      for (int v = 0; v < width; v++) sums[r][v] = add_product(sums[r][v], all(a[r * down]), b[v]);
    }
  }
#pragma unroll
  for (int r = 0; r < height; r++) {
#pragma unroll
    for (int v = 0; v < width; v++) {
      put(c + (r * c_stride + 16 * v), n - 16 * v, sums[r][v] * all(scale), accumulate);
    }
  }
}

typedef void (*block_function)(
    const float *a, int64_t a_stride, const float *panel, int64_t count, int64_t n, float scale,
    bool accumulate, float *c, int64_t c_stride);

#define BLOCK(name, height, width, down, along)                                             \
  static __attribute__((noinline)) void name##_##height##_##width(                          \
      const float *a, int64_t a_stride, const float *panel, int64_t count, int64_t n,       \
      float scale, bool accumulate, float *c, int64_t c_stride) {                           \
    (void)a_stride;                                                                         \
    block(height, width, down, along, a, panel, count, n, scale, accumulate, c, c_stride);  \
  }
#define BLOCKS(height, width)             \
  BLOCK(rows, height, width, a_stride, 1) \
  BLOCK(strips, height, width, 1, STRIP)

#if defined(CTENSOR_WIDE)
// 28 sums and 2 vectors of the panel; the element of a row comes straight from memory.
enum { WIDTH = 2 };
#define HEIGHTS(X) X(14) X(8) X(4) X(2) X(1)
#define BOTH(h) BLOCKS(h, 1) BLOCKS(h, 2)
#define CHOICE(name, h) columns > 16 ? name##_##h##_2 : name##_##h##_1
#else
// A vector is two registers, or four: 12 sums, 2 vectors of the panel and one element.
enum { WIDTH = 1 };
#define HEIGHTS(X) X(6) X(4) X(2) X(1)
#define BOTH(h) BLOCKS(h, 1)
#define CHOICE(name, h) name##_##h##_1
#endif
HEIGHTS(BOTH)

// One strip of up to `STRIP` rows by one panel.
static void multiply_strip(
    bool is_transposed, const float *a, int64_t a_stride, const float *panel, int64_t m,
    int64_t count, int64_t n, float scale, bool accumulate, float *c, int64_t c_stride) {
  for (int64_t first = 0; first < n; first += 16 * WIDTH) {
    const float *from = a;
    float *to = c + first;
    int64_t rows = m, columns = n - first;
#define RUN(h)                                                                             \
  while (rows >= h) {                                                                      \
    block_function run = is_transposed ? CHOICE(strips, h) : CHOICE(rows, h);              \
    run(from, a_stride, panel + first, count, columns, scale, accumulate, to, c_stride);   \
    from += is_transposed ? h : h * a_stride, to += h * c_stride, rows -= h;               \
  }
    HEIGHTS(RUN)
  }
}

// MARK: Products

// Up to four rows by a transposed factor: each element is a dot product of two stored rows, and nothing
// is packed, which would cost more than the product.
enum { FEW = 4 };

static void multiply_few(
    int64_t m, int64_t n, int64_t k, float scale, const float *a, int64_t a_stride, const float *b,
    int64_t b_stride, bool accumulate, float *c, int64_t c_stride) {
  for (int64_t j = 0; j < n; j++, b += b_stride) {
    for (int64_t r = 0; r < m; r++) {
      const float *row = a + r * a_stride;
      v16 even = all(0), odd = all(0);
      int64_t i = 0;
      for (; i + 32 <= k; i += 32) {
        even = add_product(even, load(row + i, 16, 0), load(b + i, 16, 0));
        odd = add_product(odd, load(row + i + 16, 16, 0), load(b + i + 16, 16, 0));
      }
      for (; i < k; i += 16) even = add_product(even, load(row + i, k - i, 0), load(b + i, k - i, 0));
      float sum = scale * lane_sum(even + odd), *place = c + r * c_stride + j;
      *place = accumulate ? *place + sum : sum;
    }
  }
}

void CTENSOR_PRODUCT(
    bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float scale,
    const float *a, int64_t a_stride, const float *b, int64_t b_stride, bool accumulate, float *c,
    int64_t c_stride, float *scratch) {
  if (m <= FEW && !transpose_a && transpose_b) {
    multiply_few(m, n, k, scale, a, a_stride, b, b_stride, accumulate, c, c_stride);
    return;
  }
  float *panels = scratch, *packed = scratch + ACROSS * INNER;
  const bool copies = !transpose_a && rows_collide(a_stride);
  for (int64_t j = 0; j < n; j += ACROSS) {
    int64_t columns = n - j < ACROSS ? n - j : ACROSS;
    for (int64_t i = 0; i < k; i += INNER) {
      int64_t count = k - i < INNER ? k - i : INNER;
      if (transpose_b) {
        pack_columns(b + j * b_stride + i, b_stride, count, columns, panels);
      } else {
        pack_rows(b + i * b_stride + j, b_stride, count, columns, panels);
      }
      for (int64_t r = 0; r < m; r += DOWN) {
        int64_t rows = m - r < DOWN ? m - r : DOWN;
        if (transpose_a) {
          copy_strips(a + i * a_stride + r, a_stride, rows, count, packed);
        } else if (copies) {
          copy_rows(a + r * a_stride + i, a_stride, rows, count, packed);
        }
        const int64_t apart = copies ? ROW : a_stride;
        for (int64_t s = 0; s < rows; s += STRIP) {
          const float *strip = transpose_a ? packed + s * count
                               : copies    ? packed + s * ROW
                                           : a + (r + s) * a_stride + i;
          int64_t height = rows - s < STRIP ? rows - s : STRIP;
          for (int64_t p = 0; p < columns; p += PANEL) {
            multiply_strip(
                transpose_a, strip, apart, panels + p * count, height, count,
                columns - p < PANEL ? columns - p : PANEL, scale, accumulate || i > 0,
                c + (r + s) * c_stride + j + p, c_stride);
          }
        }
      }
    }
  }
}

#pragma clang diagnostic pop
