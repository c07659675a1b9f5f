// The lookup for AVX-512 (F, BW, VL) with BMI2.
#include "ctext_lookup_key.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx2,bmi2"))), apply_to = function)

typedef __m128i piece_key;

// A load under a mask of `length` bits: the bytes behind become zeros.
static inline piece_key key_load(const uint8_t *p, uint32_t length) {
  return _mm_maskz_loadu_epi8((__mmask16)_bzhi_u32(0xFFFF, length), p);
}

static inline uint64_t key_low(piece_key key) { return (uint64_t)_mm_cvtsi128_si64(key); }
static inline uint64_t key_high(piece_key key) { return (uint64_t)_mm_extract_epi64(key, 1); }

// Two 64-bit differences; both must be none, and the lengths equal.
static inline int slot_matches(const ctext_slot *slot, piece_key key, uint32_t length) {
  __mmask8 different =
      _mm_cmpneq_epi64_mask(_mm_load_si128((const __m128i *)slot->key), key);
  return (different | (ctext_kind(slot) ^ length)) == 0;
}

#include "ctext_lookup_unpack.h"
#include "ctext_lookup_body.h"

#pragma clang attribute pop
const ctext_lookup ctext_lookup_avx512 = lookup;
#endif
