// The loops around bfloat16 for AVX-512 with its bfloat16 instructions.
#include <math.h>
#include <string.h>

#include "ctensor_narrow.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx512bf16,avx512f,avx512bw,avx512dq,avx512vl,avx2,fma"))), apply_to = function)
#define CTENSOR_NATIVE
#define CTENSOR_FUSES
#define CTENSOR_TABLE ctensor_narrow_native
#include "ctensor_narrow_body.h"
#pragma clang attribute pop
#endif
