// Shared by the AVX2 and the AVX-512 kernel, which include it where their instructions are allowed.
#pragma once

// 16 bytes of text, those behind the piece made zeros, the length put into the last.
static inline void key_store(const uint8_t *p, const ctext_shape *shape, ctext_key *key) {
  __m128i text = _mm_loadu_si128((const __m128i *)p);
  __m128i kept = _mm_and_si128(text, _mm_load_si128((const __m128i *)shape->keep));
  _mm_store_si128((__m128i *)key, _mm_or_si128(kept, _mm_load_si128((const __m128i *)shape->set)));
}

// Equal bytes give 255 each, so equal keys give 16 set bits.
static inline int key_equal(const ctext_slot *slot, const ctext_key *key) {
  __m128i equal = _mm_cmpeq_epi8(_mm_load_si128((const __m128i *)slot->key),
                                 _mm_load_si128((const __m128i *)key));
  return _mm_movemask_epi8(equal) == 0xFFFF;
}

// Six ids of 20 bits become six of 32. Both halves get all 16 bytes; each lane takes its three bytes,
// and those of odd ids are four bits further up.
//
//   bytes   0    1    2    3    4    5 …         id 0 is bits 0 … 19, id 1 is bits 20 … 39
//   lane 0  bytes 0, 1, 2           lane 1  bytes 2, 3, 4, shifted by 4
static inline void unpack(const uint8_t *ids_of_slot, int32_t *ids) {
  const __m256i from = _mm256_setr_epi8(0, 1, 2, -1, 2, 3, 4, -1, 5, 6, 7, -1, 7, 8, 9, -1,  //
                                        10, 11, 12, -1, 12, 13, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1);
  __m256i packed = _mm256_broadcastsi128_si256(_mm_load_si128((const __m128i *)ids_of_slot));
  __m256i lanes = _mm256_shuffle_epi8(packed, from);
  lanes = _mm256_srlv_epi32(lanes, _mm256_setr_epi32(0, 4, 0, 4, 0, 4, 0, 4));
  lanes = _mm256_and_si256(lanes, _mm256_set1_epi32((1 << CTEXT_ID_BITS) - 1));
  _mm256_storeu_si256((__m256i *)ids, lanes);
}
