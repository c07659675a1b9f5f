// See cdigest.h. One body for one and two contents: the compiler knows how many, and unrolls.
#include "cdigest.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

// FIPS 180-4, 4.2.2.
static const _Alignas(16) uint32_t constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

int cdigest_is_there(void) {
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3) || !(c & bit_SSE4_1)) return 0;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & 1u << 29);
}

// The instructions want the words a … h as (f, e, b, a) and (h, g, d, c), the lowest first.
typedef struct {
  __m128i abef, cdgh;
} lane;

WITH_SHA static inline lane read_state(const uint32_t *state) {
  __m128i dcba = _mm_loadu_si128((const __m128i *)state);
  __m128i hgfe = _mm_loadu_si128((const __m128i *)(state + 4));
  __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1), efgh = _mm_shuffle_epi32(hgfe, 0x1B);
  return (lane){_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

WITH_SHA static inline void write_state(lane l, uint32_t *state) {
  __m128i feba = _mm_shuffle_epi32(l.abef, 0x1B), dchg = _mm_shuffle_epi32(l.cdgh, 0xB1);
  _mm_storeu_si128((__m128i *)state, _mm_blend_epi16(feba, dchg, 0xF0));
  _mm_storeu_si128((__m128i *)(state + 4), _mm_alignr_epi8(dchg, feba, 8));
}

// Rounds 4 g … 4 g + 3 of every lane. w[g % 4] has the four words of the schedule; from the fourth
// group on they are made of the four groups before.
#define LANES for (int i = 0; i < lanes; i++)
WITH_SHA __attribute__((always_inline)) static inline void take(int lanes, uint32_t *const *states,
                                                                const uint8_t *const *blocks,
                                                                size_t count) {
  const __m128i big_endian = _mm_setr_epi8(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12);
  lane now[2];
  LANES now[i] = read_state(states[i]);
  for (size_t block = 0; block < count; block++) {
    lane before[2];
    __m128i w[2][4];
    LANES before[i] = now[i];
#pragma clang loop unroll(full)
    for (int g = 0; g < 16; g++) {
      LANES {
        if (g < 4) {
          const uint8_t *at = blocks[i] + CDIGEST_BLOCK * block + 16 * (size_t)g;
          w[i][g] = _mm_shuffle_epi8(_mm_loadu_si128((const __m128i *)at), big_endian);
        } else {
          __m128i last = w[i][(g + 3) % 4];
          __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w[i][g % 4], w[i][(g + 1) % 4]),
                                      _mm_alignr_epi8(last, w[i][(g + 2) % 4], 4));
          w[i][g % 4] = _mm_sha256msg2_epu32(sum, last);
        }
        __m128i k = _mm_load_si128((const __m128i *)(constants + 4 * g));
        __m128i sum = _mm_add_epi32(w[i][g % 4], k);
        now[i].cdgh = _mm_sha256rnds2_epu32(now[i].cdgh, now[i].abef, sum);
        now[i].abef = _mm_sha256rnds2_epu32(now[i].abef, now[i].cdgh, _mm_shuffle_epi32(sum, 0x0E));
      }
    }
    LANES {
      now[i].abef = _mm_add_epi32(now[i].abef, before[i].abef);
      now[i].cdgh = _mm_add_epi32(now[i].cdgh, before[i].cdgh);
    }
  }
  LANES write_state(now[i], states[i]);
}

WITH_SHA void cdigest_one(uint32_t state[8], const uint8_t *blocks, size_t count) {
  take(1, (uint32_t *const[]){state}, (const uint8_t *const[]){blocks}, count);
}

WITH_SHA void cdigest_two(uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8],
                          const uint8_t *second_blocks, size_t count) {
  take(2, (uint32_t *const[]){first, second}, (const uint8_t *const[]){first_blocks, second_blocks},
       count);
}

#else
#include <stdlib.h>

int cdigest_is_there(void) { return 0; }

void cdigest_one(uint32_t state[8], const uint8_t *blocks, size_t count) {
  (void)state, (void)blocks, (void)count;
  abort();
}

void cdigest_two(uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8],
                 const uint8_t *second_blocks, size_t count) {
  (void)first, (void)first_blocks, (void)second, (void)second_blocks, (void)count;
  abort();
}
#endif
