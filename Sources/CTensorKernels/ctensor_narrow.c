#include "ctensor_narrow.h"

#include "ctensor_kernels.h"

extern const ctensor_narrow ctensor_narrow_scalar;
#if defined(__x86_64__)
extern const ctensor_narrow ctensor_narrow_avx2;
extern const ctensor_narrow ctensor_narrow_avx512;
extern const ctensor_narrow ctensor_narrow_native;
#endif

bool ctensor_has_bfloat16(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  return ctensor_best_isa() == CTENSOR_AVX512 && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

const ctensor_narrow *ctensor_narrow_for(int isa, bool native) {
#if defined(__x86_64__)
  if (isa == CTENSOR_AVX512) {
    return native && ctensor_has_bfloat16() ? &ctensor_narrow_native : &ctensor_narrow_avx512;
  }
  if (isa == CTENSOR_AVX2) return &ctensor_narrow_avx2;
#endif
  (void)isa;
  (void)native;
  return &ctensor_narrow_scalar;
}
