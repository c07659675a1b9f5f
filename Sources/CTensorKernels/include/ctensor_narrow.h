// Matrix products whose factors are bfloat16 and whose sums are float32, and the loops around them.
//
// One body (`ctensor_narrow_body.h`) is compiled for AVX-512 with its bfloat16 instructions, for AVX-512
// without them, for AVX2 and for any machine. All loops but `multiply` give the same bits on
// every path. `multiply` adds the products of a pair of elements in the order of the machine's
// instruction, so its last bits depend on the path, never on how the work is cut.
//
// A "word" is a pair of bfloat16 that stand side by side along the dimension that is summed over: the
// element of even index in the lower half. An odd count is completed by a zero.
//
//   rows:    [m][stride] words, row-major                   the left factor
//   panels:  [n / 32][pairs][32] words, one panel after the other; columns beyond n are zero
//                                                           the right factor
#pragma once
#include <stdbool.h>
#include <stdint.h>

// Columns of a panel, and the most rows that one pass over a panel makes.
enum { CTENSOR_PANEL = 32, CTENSOR_STRIP = 14 };

typedef struct {
  // words[r][i] = (x[r][2 i], x[r][2 i + 1]) * scale, rounded to nearest even; n columns.
  void (*_Nonnull round_rows)(
      const float *_Nonnull x, int64_t x_stride, int64_t rows, int64_t n, float scale,
      uint32_t *_Nonnull words, int64_t stride);
  // The same of the transposed matrix: words[r][i] = (x[2 i][r], x[2 i + 1][r]); `x` has n rows.
  void (*_Nonnull round_columns)(
      const float *_Nonnull x, int64_t x_stride, int64_t rows, int64_t n, float scale,
      uint32_t *_Nonnull words, int64_t stride);
  // Panels of a right factor `[k][n]`, times `scale`. The panels are `pairs` words high, of which
  // those from `first` on are written: factors may be laid one below the other.
  void (*_Nonnull pack)(
      const float *_Nonnull x, int64_t x_stride, int64_t k, int64_t n, float scale,
      uint32_t *_Nonnull panels, int64_t pairs, int64_t first);
  // The same of a right factor that lies transposed, `[n][k]`.
  void (*_Nonnull pack_transposed)(
      const float *_Nonnull x, int64_t x_stride, int64_t k, int64_t n, float scale,
      uint32_t *_Nonnull panels, int64_t pairs, int64_t first);
  // The same of a right factor `[k][n]` of bfloat16.
  void (*_Nonnull pack_halves)(
      const uint16_t *_Nonnull x, int64_t x_stride, int64_t k, int64_t n,
      uint32_t *_Nonnull panels, int64_t pairs, int64_t first);
  // A left factor from its transpose in bfloat16, `[n][rows]`: words[r][i] = (x[2 i][r], x[2 i + 1][r]).
  void (*_Nonnull turn_halves)(
      const uint16_t *_Nonnull x, int64_t x_stride, int64_t rows, int64_t n,
      uint32_t *_Nonnull words, int64_t stride);
  // c[r][j] (+)= factors[r] * Σ_i rows[r][i] · panels[i][j], over `count` pairs from panel row 0 of
  // `panels` on; `pairs` is the height of a panel. Without `factors` they are 1.
  void (*_Nonnull multiply)(
      const uint32_t *_Nonnull rows, int64_t stride, const uint32_t *_Nonnull panels,
      int64_t pairs, int64_t m, int64_t n, int64_t count, const float *_Nullable factors,
      bool accumulate, float *_Nonnull c, int64_t c_stride);

  // One row of a block of attention scores: as `softmax_block` of ctensor_kernels for the scores
  // `first ..< end` of `width`, but the exponentials are written to `p` as bfloat16, with zeros around
  // them. The sum is of the rounded values. exp: see `quick_exponential`.
  float (*_Nonnull softmax_block)(
      const float *_Nonnull scores, int64_t first, int64_t end, int64_t width, float scale,
      float *_Nonnull maximum, float *_Nonnull sum, uint16_t *_Nonnull p);
  // One key's row of the backward pass: columns are queries, of which `first ..< end` see the key.
  //   p[j]  = exp(scale * scores[j] - logs[j])
  //   ds[j] = scale * p[j] * (gradients[j] - dots[j])            both 0 elsewhere
  void (*_Nonnull softmax_block_backward)(
      const float *_Nonnull scores, const float *_Nonnull gradients, int64_t first, int64_t end,
      int64_t width, float scale, const float *_Nonnull logs, const float *_Nonnull dots,
      uint16_t *_Nonnull p, uint16_t *_Nonnull ds);
  // A stretch of one row of logits: M = max(logits), p[i] = exp(logits[i] - M) as bfloat16, with a zero
  // behind an odd n; *sum = lane sum of the exponentials before rounding. Returns M.
  float (*_Nonnull exponentials)(
      const float *_Nonnull logits, int64_t n, float *_Nonnull sum, uint16_t *_Nonnull p);
  // y[i] = exp(x[i]) with a relative error below 4e-7 (a polynomial of degree 6 after Cody–Waite
  // reduction by FMA); 0 below -87.3, infinity above 88.3, NaN for NaN.
  void (*_Nonnull quick_exponential)(const float *_Nonnull x, float *_Nonnull y, int64_t n);
} ctensor_narrow;

// Whether this machine multiplies bfloat16 in its vector unit.
bool ctensor_has_bfloat16(void);

// The loops for an instruction set (`CTENSOR_AVX512` …); with bfloat16 instructions if the machine has
// them and `native` is set. The caller makes sure that the machine has the set.
const ctensor_narrow *_Nonnull ctensor_narrow_for(int isa, bool native);
