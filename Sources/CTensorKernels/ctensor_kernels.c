#include "ctensor_kernels.h"

extern const ctensor_kernels ctensor_kernels_scalar;
#if defined(__x86_64__)
extern const ctensor_kernels ctensor_kernels_avx2;
extern const ctensor_kernels ctensor_kernels_avx512;
#endif

int ctensor_best_isa(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) {
    return CTENSOR_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return CTENSOR_AVX2;
#endif
  return CTENSOR_SCALAR;
}

const ctensor_kernels *ctensor_kernels_for(int isa) {
#if defined(__x86_64__)
  if (isa == CTENSOR_AVX512) return &ctensor_kernels_avx512;
  if (isa == CTENSOR_AVX2) return &ctensor_kernels_avx2;
#endif
  (void)isa;
  return &ctensor_kernels_scalar;
}

void ctensor_pause(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}
