// The choice of the scan's instruction set.
#include "ctext_scan.h"

extern const ctext_scan ctext_scan_scalar;
#if defined(__x86_64__)
extern const ctext_scan ctext_scan_avx2;
extern const ctext_scan ctext_scan_avx512;
#endif

int ctext_scan_best_isa(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vbmi") &&
      __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("bmi2")) {
    return CTEXT_SCAN_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return CTEXT_SCAN_AVX2;
#endif
  return CTEXT_SCAN_SCALAR;
}

ctext_scan ctext_scan_for(int isa) {
#if defined(__x86_64__)
  if (isa == CTEXT_SCAN_AVX512) return ctext_scan_avx512;
  if (isa == CTEXT_SCAN_AVX2) return ctext_scan_avx2;
#endif
  (void)isa;
  return ctext_scan_scalar;
}
