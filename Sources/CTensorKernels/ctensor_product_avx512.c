// The product of float32 matrices for AVX-512.
#include <string.h>

#include "ctensor_product.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define CTENSOR_FUSES
#define CTENSOR_WIDE
#define CTENSOR_PRODUCT ctensor_product_avx512
#include "ctensor_product_body.h"
#pragma clang attribute pop
#endif
