// The kernels for AVX-512 (F, BW, DQ, VL).
#include <math.h>
#include <string.h>

#include "ctensor_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define CTENSOR_LOOKUP_AVX512
#define CTENSOR_TABLE ctensor_kernels_avx512
#include "ctensor_body.h"
#pragma clang attribute pop
#endif
