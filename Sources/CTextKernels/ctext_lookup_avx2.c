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

// Six ids of 20 bits become six of 32. Both halves get all 16 bytes; each lane takes its three bytes,
// and those of odd ids are four bits further up.
//
//   bytes   0    1    2    3    4    5 …         id 0 is bits 0 … 19, id 1 is bits 20 … 39
//   lane 0  bytes 0, 1, 2           lane 1  bytes 2, 3, 4, shifted by 4
static inline void unpack(const ctext_slot *slot, int32_t *ids) {
  const __m256i from = _mm256_setr_epi8(0, 1, 2, -1, 2, 3, 4, -1, 5, 6, 7, -1, 7, 8, 9, -1,  //
                                        10, 11, 12, -1, 12, 13, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  __m256i packed = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)slot->ids));
  __m256i lanes = _mm256_shuffle_epi8(packed, from);
  lanes = _mm256_srlv_epi32(lanes, _mm256_setr_epi32(0, 4, 0, 4, 0, 4, 0, 4));
  lanes = _mm256_and_si256(lanes, _mm256_set1_epi32((1 << CTEXT_ID_BITS) - 1));
  _mm256_storeu_si256((__m256i *)ids, lanes);
}

#include "ctext_lookup_body.h"

#pragma clang attribute pop
const ctext_lookup ctext_lookup_avx2 = lookup;
#endif
