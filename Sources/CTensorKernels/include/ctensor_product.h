// Products of float32 matrices of our own, made on the calling thread without taking memory.
//
// Why beside the libraries: theirs take and return buffers in every product, which a training step must
// not. One body (`ctensor_product_body.h`) is compiled for AVX-512, for AVX2 and for any machine.
//
// Each element of a product is a sum in float32 over the inner dimension in its order, and over
// stretches of 256 in theirs, whatever else is computed beside it; so the bits never depend on how the
// work was cut, except that up to four rows by a transposed factor are summed in sixteen lanes.
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
  // Elements of a sum that are added in registers before the sum reaches C.
  CTENSOR_PRODUCT_INNER = 256,
  // Columns of the right factor that are packed at once: 256 KiB, a share of the second cache.
  CTENSOR_PRODUCT_COLUMNS = 256,
  // The most rows of the left factor that are packed at once, of a line more than they need.
  CTENSOR_PRODUCT_ROWS = 112,
  // Floats of scratch that a product needs.
  CTENSOR_PRODUCT_SCRATCH = CTENSOR_PRODUCT_COLUMNS * CTENSOR_PRODUCT_INNER
                            + CTENSOR_PRODUCT_ROWS * (CTENSOR_PRODUCT_INNER + 16),
};

// Row-major product  C (+)= scale * op(A) op(B),  op(A) `[m, k]`, op(B) `[k, n]`, C `[m, n]`; k > 0. The
// strides are the distances between rows as they are stored (before a transposition). `scratch` is
// aligned to 64 bytes.
typedef void (*ctensor_product)(
    bool transpose_a, bool transpose_b, int64_t m, int64_t n, int64_t k, float scale,
    const float *_Nonnull a, int64_t a_stride, const float *_Nonnull b, int64_t b_stride,
    bool accumulate, float *_Nonnull c, int64_t c_stride, float *_Nonnull scratch);

// The product for an instruction set (`CTENSOR_AVX512` …), which the machine must have.
ctensor_product _Nonnull ctensor_product_for(int isa);
