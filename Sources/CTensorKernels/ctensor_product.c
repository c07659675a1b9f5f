#include "ctensor_product.h"

#include "ctensor_kernels.h"

typedef __typeof__(*(ctensor_product)0) product_function;

extern product_function ctensor_product_scalar;
#if defined(__x86_64__)
extern product_function ctensor_product_avx2, ctensor_product_avx512;
#endif

ctensor_product ctensor_product_for(int isa) {
#if defined(__x86_64__)
  if (isa == CTENSOR_AVX512) return ctensor_product_avx512;
  if (isa == CTENSOR_AVX2) return ctensor_product_avx2;
#endif
  (void)isa;
  return ctensor_product_scalar;
}
