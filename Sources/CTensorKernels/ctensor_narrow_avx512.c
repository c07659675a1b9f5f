// The loops around bfloat16 for AVX-512 (F, BW, DQ, VL).
#include <math.h>
#include <string.h>

#include "ctensor_narrow.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define CTENSOR_FUSES
#define CTENSOR_TABLE ctensor_narrow_avx512
#include "ctensor_narrow_body.h"
#pragma clang attribute pop
#endif
