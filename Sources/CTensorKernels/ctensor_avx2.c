// The kernels for AVX2 with FMA.
#include <math.h>
#include <string.h>

#include "ctensor_kernels.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CTENSOR_TABLE ctensor_kernels_avx2
#include "ctensor_body.h"
#pragma clang attribute pop
#endif
