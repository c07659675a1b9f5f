// The lookup for AVX-512 (F, BW, DQ, VL) with BMI2: the multiplications of eight hashes at a time.
#include "ctext_lookup_key.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx2,bmi,bmi2,prefer-256-bit"))), \
    apply_to = function)

#include "ctext_lookup_vectors.h"
#include "ctext_lookup_body.h"

#pragma clang attribute pop
const ctext_lookup ctext_lookup_avx512 = lookup;
#endif
