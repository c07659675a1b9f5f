// The lookup for AVX2.
#include "ctext_lookup_key.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2"))), apply_to = function)

#include "ctext_lookup_vectors.h"
#include "ctext_lookup_body.h"

#pragma clang attribute pop
const ctext_lookup ctext_lookup_avx2 = lookup;
#endif
