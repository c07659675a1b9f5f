// The lookup for AVX2.
#include "ctext_lookup_key.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push(__attribute__((target("avx2,bmi2"))), apply_to = function)

typedef __m128i piece_key;

// 16 bytes of ones, then of zeros: from 16 - length on, a mask of `length` bytes.
static const uint8_t masks[32] = {255, 255, 255, 255, 255, 255, 255, 255,
                                  255, 255, 255, 255, 255, 255, 255, 255};

static inline piece_key key_load(const uint8_t *p, uint32_t length) {
  return _mm_and_si128(_mm_loadu_si128((const __m128i *)p),
                       _mm_loadu_si128((const __m128i *)(masks + 16 - (length < 16 ? length : 16))));
}

static inline uint64_t key_low(piece_key key) { return (uint64_t)_mm_cvtsi128_si64(key); }
static inline uint64_t key_high(piece_key key) { return (uint64_t)_mm_extract_epi64(key, 1); }

// Equal bytes give 255 each, so equal keys give 16 set bits.
static inline int slot_matches(const ctext_slot *slot, piece_key key, uint32_t length) {
  __m128i equal = _mm_cmpeq_epi8(_mm_load_si128((const __m128i *)slot->key), key);
  return _mm_movemask_epi8(equal) == 0xFFFF && ctext_kind(slot) == length;
}

#include "ctext_lookup_unpack.h"
#include "ctext_lookup_body.h"

#pragma clang attribute pop
const ctext_lookup ctext_lookup_avx2 = lookup;
#endif
