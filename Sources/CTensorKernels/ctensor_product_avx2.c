// The product of float32 matrices for AVX2 with FMA.
#include <string.h>

#include "ctensor_product.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CTENSOR_FUSES
#define CTENSOR_PRODUCT ctensor_product_avx2
#include "ctensor_product_body.h"
#pragma clang attribute pop
#endif
