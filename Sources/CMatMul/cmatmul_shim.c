#include "cmatmul_shim.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

// The beginning of `dnnl_version_t`, which versions 2 and 3 share.
typedef struct {
  int major;
  int minor;
  int patch;
} onednn_version;

typedef int (*onednn_sgemm)(
    char, char, int64_t, int64_t, int64_t, float, const float *, int64_t, const float *, int64_t,
    float, float *, int64_t);
typedef void (*openblas_sgemm)(
    int, int, int, int, int, int, float, const float *, int, const float *, int, float, float *,
    int);

struct cmatmul_library {
  // Exactly one of the two is set.
  onednn_sgemm onednn;
  openblas_sgemm openblas;
  const onednn_version *(*onednn_version)(void);
  int (*onednn_set_isa)(int);
  int (*onednn_isa)(void);
  void (*openmp_threads)(int);
  void (*openblas_threads)(int);
  char *(*openblas_config)(void);
};

// CBLAS' own numbers.
enum { ROW_MAJOR = 101, NO_TRANSPOSE = 111, TRANSPOSE = 112 };

cmatmul_library *cmatmul_open_onednn(const char *file) {
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return NULL;
  cmatmul_library *library = calloc(1, sizeof *library);
  if (!library) return NULL;
  library->onednn = (onednn_sgemm)dlsym(handle, "dnnl_sgemm");
  library->onednn_version = (const onednn_version *(*)(void))dlsym(handle, "dnnl_version");
  library->onednn_set_isa = (int (*)(int))dlsym(handle, "dnnl_set_max_cpu_isa");
  library->onednn_isa = (int (*)(void))dlsym(handle, "dnnl_get_effective_cpu_isa");
  // Looks in the libraries that oneDNN itself was linked with; absent in builds without OpenMP.
  library->openmp_threads = (void (*)(int))dlsym(handle, "omp_set_num_threads");
  if (library->onednn && library->onednn_version) return library;
  free(library);
  return NULL;
}

cmatmul_library *cmatmul_open_openblas(const char *file) {
  void *handle = dlopen(file, RTLD_NOW | RTLD_LOCAL);
  if (!handle) return NULL;
  cmatmul_library *library = calloc(1, sizeof *library);
  if (!library) return NULL;
  library->openblas = (openblas_sgemm)dlsym(handle, "cblas_sgemm");
  library->openblas_threads = (void (*)(int))dlsym(handle, "openblas_set_num_threads");
  library->openblas_config = (char *(*)(void))dlsym(handle, "openblas_get_config");
  if (library->openblas && library->openblas_threads && library->openblas_config) return library;
  free(library);
  return NULL;
}

bool cmatmul_limit_isa(const cmatmul_library *library, int isa) {
  return library->onednn_set_isa && library->onednn_set_isa(isa) == 0;
}

int cmatmul_isa(const cmatmul_library *library) {
  return library->onednn_isa ? library->onednn_isa() : -1;
}

void cmatmul_version(const cmatmul_library *library, char *text, int64_t capacity) {
  if (library->onednn) {
    const onednn_version *version = library->onednn_version();
    snprintf(
        text, (size_t)capacity, "%d.%d.%d", version->major, version->minor, version->patch);
  } else {
    snprintf(text, (size_t)capacity, "%s", library->openblas_config());
  }
}

void cmatmul_use_one_thread(const cmatmul_library *library) {
  if (library->openmp_threads) library->openmp_threads(1);
  if (library->openblas_threads) library->openblas_threads(1);
}

int cmatmul_sgemm(
    const cmatmul_library *library, bool transpose_a, bool transpose_b, int64_t m, int64_t n,
    int64_t k, float alpha, const float *a, int64_t a_stride, const float *b, int64_t b_stride,
    float beta, float *c, int64_t c_stride) {
  if (library->onednn) {
    return library->onednn(
        transpose_a ? 'T' : 'N', transpose_b ? 'T' : 'N', m, n, k, alpha, a, a_stride, b, b_stride,
        beta, c, c_stride);
  }
  library->openblas(
      ROW_MAJOR, transpose_a ? TRANSPOSE : NO_TRANSPOSE, transpose_b ? TRANSPOSE : NO_TRANSPOSE,
      (int)m, (int)n, (int)k, alpha, a, (int)a_stride, b, (int)b_stride, beta, c, (int)c_stride);
  return 0;
}
