// Matrix products from oneDNN or OpenBLAS, opened at run time.
//
// Why a shim: neither library may be needed to build Akshara or to use its data stages, so nothing
// of them is linked or included; and their functions take row-major flags and character flags
// that are better said in C. The shim decides nothing: which library, how many threads and which
// instruction set are the caller's business.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// A library that is open. Never closed: its code may hold thread-local state.
typedef struct cmatmul_library cmatmul_library;

// Opens oneDNN (`dnnl_sgemm`; the same C ABI in versions 2 and 3). NULL if the file or a symbol is
// missing.
cmatmul_library *_Nullable cmatmul_open_onednn(const char *_Nonnull file);

// Opens OpenBLAS (`cblas_sgemm`). What it reads from the environment must be set before.
cmatmul_library *_Nullable cmatmul_open_openblas(const char *_Nonnull file);

// Asks oneDNN to use no instructions beyond `isa` (a `dnnl_cpu_isa_t`); true if it agreed, which
// it does only before its first product.
bool cmatmul_limit_isa(const cmatmul_library *_Nonnull library, int isa);

// The instruction set that oneDNN uses, a `dnnl_cpu_isa_t`; -1 for OpenBLAS.
int cmatmul_isa(const cmatmul_library *_Nonnull library);

// Writes the library's own words about its version, at most `capacity` bytes with the final zero.
void cmatmul_version(
    const cmatmul_library *_Nonnull library, char *_Nonnull text, int64_t capacity);

// Keeps the library to one thread in products that the calling thread asks for. With oneDNN
// this is OpenMP's setting of the calling thread alone, so every worker must call it once.
void cmatmul_use_one_thread(const cmatmul_library *_Nonnull library);

// Row-major product  C = alpha * op(A) op(B) + beta * C,  op(A) `[m, k]`, op(B) `[k, n]`,
// C `[m, n]`. `a_stride` is the distance between rows of A as it is stored (before a transposition).
// Returns 0, or the library's error.
int cmatmul_sgemm(
    const cmatmul_library *_Nonnull library, bool transpose_a, bool transpose_b, int64_t m,
    int64_t n, int64_t k, float alpha, const float *_Nonnull a, int64_t a_stride,
    const float *_Nonnull b, int64_t b_stride, float beta, float *_Nonnull c, int64_t c_stride);
