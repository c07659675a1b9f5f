// Shared by the AVX2 and the AVX-512 kernel, which include it where their instructions are allowed.
#pragma once
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
