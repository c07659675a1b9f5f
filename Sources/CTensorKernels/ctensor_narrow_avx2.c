// The loops around bfloat16 for AVX2 with FMA.
#include <math.h>
#include <string.h>

#include "ctensor_narrow.h"

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define CTENSOR_FUSES
#define CTENSOR_TABLE ctensor_narrow_avx2
#include "ctensor_narrow_body.h"
#pragma clang attribute pop
#endif
