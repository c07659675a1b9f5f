// The scan for AVX2 with BMI2.
#include "ctext_scan_masks.h"
#include "ctext_scan_piece.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx2,bmi,bmi2,lzcnt,popcnt"))), apply_to = function)

// The first bytes of well-formed sequences of two, three and four bytes in the block before.
typedef struct {
  uint64_t two, three, four;
} block_state;

// 64 bytes, and masks of them.
typedef struct {
  __m256i half[2];
} block;

static inline block load(const uint8_t *p) {
  return (block){{_mm256_loadu_si256((const __m256i *)p),
                  _mm256_loadu_si256((const __m256i *)(p + 32))}};
}

// The first bits of the bytes.
static inline uint64_t top_bits(block x) {
  return (uint32_t)_mm256_movemask_epi8(x.half[0]) |
         (uint64_t)(uint32_t)_mm256_movemask_epi8(x.half[1]) << 32;
}

static inline uint64_t equal(block x, uint8_t y) {
  __m256i all = _mm256_set1_epi8((char)y);
  return top_bits((block){{_mm256_cmpeq_epi8(x.half[0], all), _mm256_cmpeq_epi8(x.half[1], all)}});
}

// Where x >= y, unsigned: the larger of both is x.
static inline uint64_t at_least(block x, uint8_t y) {
  __m256i all = _mm256_set1_epi8((char)y);
  return top_bits((block){{_mm256_cmpeq_epi8(_mm256_max_epu8(x.half[0], all), x.half[0]),
                           _mm256_cmpeq_epi8(_mm256_max_epu8(x.half[1], all), x.half[1])}});
}

// A byte of ones for every bit of the mask: each bit's byte of the mask is copied to eight bytes,
// of which each looks at its own bit.
static inline __m256i widen_half(uint32_t mask) {
  const __m256i spread = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                          2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
  const __m256i bits = _mm256_set1_epi64x((long long)0x8040201008040201ull);
  __m256i x = _mm256_shuffle_epi8(_mm256_set1_epi32((int)mask), spread);
  return _mm256_cmpeq_epi8(_mm256_and_si256(x, bits), bits);
}
static inline block widen(uint64_t mask) {
  return (block){{widen_half((uint32_t)mask), widen_half((uint32_t)(mask >> 32))}};
}

// y where the mask has ones, else x.
static inline block blend(block x, block y, block mask) {
  return (block){{_mm256_blendv_epi8(x.half[0], y.half[0], mask.half[0]),
                  _mm256_blendv_epi8(x.half[1], y.half[1], mask.half[1])}};
}

// The classes of 32 characters of one page, whose low 7 bits are `index`. The page is eight rows of
// 16; a shuffle looks up in one row, with zero for an index whose first bit is set: after the
// exclusive or, an index of row r is 00 … 0F, and the saturating addition sets all others' first
// bit.
//
//   index        05 13 7F
//   xor 10       15 03 6F      row 1
//   add 70       85 73 DF
//   row 1        0  r3 0
static inline __m256i page_half(const uint8_t *classes, __m256i index) {
  __m256i result = _mm256_setzero_si256();
  for (int row = 0; row < 8; row++) {
    __m256i table =
        _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(classes + 16 * row)));
    __m256i in_row = _mm256_adds_epu8(_mm256_xor_si256(index, _mm256_set1_epi8((char)(row << 4))),
                                      _mm256_set1_epi8(0x70));
    result = _mm256_or_si256(result, _mm256_shuffle_epi8(table, in_row));
  }
  return result;
}
static inline block page_classes(const ctext_pattern *pattern, uint32_t page, block index) {
  const uint8_t *classes = pattern->classes + CTEXT_PAGE * pattern->pages[page];
  return (block){{page_half(classes, index.half[0]), page_half(classes, index.half[1])}};
}

// Six bits of `low` with the last bit of `high` above them: the place in a page of the character
// whose last two bytes these are.
//
//   high   1 0 0 0 1 1 0 1        low    1 0 h g f e d c
//   index  0 1 h g f e d c
static inline __m256i index_half(__m256i high, __m256i low) {
  __m256i six = _mm256_and_si256(low, _mm256_set1_epi8(0x3F));
  __m256i seventh = _mm256_and_si256(_mm256_slli_epi16(high, 6), _mm256_set1_epi8(0x40));
  return _mm256_or_si256(six, seventh);
}
static inline block page_index(block high, block low) {
  return (block){{index_half(high.half[0], low.half[0]), index_half(high.half[1], low.half[1])}};
}

static inline block with_last_bit(block x) {
  __m256i one = _mm256_set1_epi8(1);
  return (block){{_mm256_or_si256(x.half[0], one), _mm256_or_si256(x.half[1], one)}};
}

// Byte `byte` of the characters: at each of the places of a character the same.
static inline block align(const uint8_t *p, int byte, block second, block third) {
  block x = blend(load(p + byte), load(p + byte - 1), second);
  return blend(x, load(p + byte - 2), third);
}

// The classes of characters of three bytes. All characters of a page (128 code points: one Indian
// script) are looked up at once; a block has seldom more than one page.
//
//   text     E0 B2 95 E0 B3 8D       ಕ ್
//   first    E0 E0 E0 E0 E0 E0       aligned: at each byte of a character
//   second   B2 B2 B2 B3 B3 B3       the same page: they differ in the last bit only
//   third    95 95 95 8D 8D 8D
static inline block three_bytes(const ctext_pattern *pattern, const uint8_t *p, block result,
                                uint64_t lead, uint64_t second, uint64_t third) {
  block is_second = widen(second), is_third = widen(third);
  block first_bytes = align(p, 0, is_second, is_third);
  block second_bytes = align(p, 1, is_second, is_third);
  block index = page_index(second_bytes, align(p, 2, is_second, is_third));
  block even = with_last_bit(second_bytes);
  for (uint64_t unsettled = lead | second | third; unsettled;) {
    int at = (int)__builtin_ctzll(unsettled);
    const uint8_t *c = p + at - (second >> at & 1) - 2 * (third >> at & 1);
    uint32_t page = (uint32_t)(c[0] & 0x0F) << 5 | (uint32_t)(c[1] & 0x3F) >> 1;
    uint64_t same = unsettled & equal(first_bytes, c[0]) & equal(even, c[1] | 1);
    result = blend(result, page_classes(pattern, page, index), widen(same));
    unsettled &= ~same;
  }
  return result;
}

// The same for characters of two bytes, whose page is in their first byte.
static inline block two_bytes(const ctext_pattern *pattern, const uint8_t *p, block result,
                              uint64_t lead, uint64_t second) {
  block is_second = widen(second), none = widen(0);
  block first_bytes = align(p, 0, is_second, none);
  block index = page_index(first_bytes, align(p, 1, is_second, none));
  block even = with_last_bit(first_bytes);
  for (uint64_t unsettled = lead | second; unsettled;) {
    int at = (int)__builtin_ctzll(unsettled);
    uint8_t c = p[at - (int)(second >> at & 1)];
    uint64_t same = unsettled & equal(even, c | 1);
    result = blend(result, page_classes(pattern, (uint32_t)(c & 0x1F) >> 1, index), widen(same));
    unsettled &= ~same;
  }
  return result;
}

// Characters of four bytes, one by one.
static inline block four_bytes(const ctext_pattern *pattern, const uint8_t *p, block result,
                               uint64_t lead, uint64_t before) {
  uint8_t classes[3 + 64 + 4];
  _mm256_storeu_si256((__m256i *)(classes + 3), result.half[0]);
  _mm256_storeu_si256((__m256i *)(classes + 35), result.half[1]);
  ctext_set_fours(pattern, p, lead, before, classes);
  return load(classes + 3);
}

static inline block multibyte(const ctext_pattern *pattern, const uint8_t *p, block bytes,
                              block classes, uint64_t high, block_state *state,
                              uint64_t *starts) {
  block next = load(p + 1);
  uint64_t from_c0 = at_least(bytes, 0xC0);
  uint64_t continues = high & ~from_c0;  // 80 … BF
  uint64_t continued = continues >> 1 | (uint64_t)((p[64] & 0xC0) == 0x80) << 63;
  uint64_t continued_twice = continued & (continued >> 1 | (uint64_t)((p[65] & 0xC0) == 0x80) << 63);
  uint64_t from_c2 = at_least(bytes, 0xC2), from_e0 = at_least(bytes, 0xE0);
  uint64_t from_f0 = at_least(bytes, 0xF0);
  uint64_t two = from_c2 & ~from_e0 & continued;
  uint64_t three = from_e0 & ~from_f0 & continued_twice;
  // E0 goes on with A0 or more (no overlong forms), ED with less (no surrogates).
  uint64_t from_a0 = at_least(next, 0xA0);
  three &= ~((equal(bytes, 0xE0) & ~from_a0) | (equal(bytes, 0xED) & from_a0));
  uint64_t four = from_f0 ? ctext_well_formed_fours(p, from_f0) : 0;
  uint64_t second_of_two = two << 1 | state->two >> 63;
  uint64_t second = three << 1 | state->three >> 63, third = three << 2 | state->three >> 62;
  uint64_t rest_of_four = four << 1 | state->four >> 63 | four << 2 | state->four >> 62 |
                          four << 3 | state->four >> 61;
  *starts = ~(second_of_two | second | third | rest_of_four);
  __m256i broken = _mm256_set1_epi8((char)ctext_class(pattern, 0xFFFD));
  classes = blend(classes, (block){{broken, broken}}, bytes);
  if (three | second | third) classes = three_bytes(pattern, p, classes, three, second, third);
  if (two | second_of_two) classes = two_bytes(pattern, p, classes, two, second_of_two);
  if (four | rest_of_four) classes = four_bytes(pattern, p, classes, four, state->four);
  *state = (block_state){two, three, four};
  return classes;
}

__attribute__((always_inline)) static inline block_masks classify(const ctext_pattern *pattern, const uint8_t *p,
                                   block_state *state) {
  block bytes = load(p);
  uint64_t high = top_bits(bytes), starts = ~0ull;
  block classes = page_classes(pattern, 0, bytes);
  if (high) {
    classes = multibyte(pattern, p, bytes, classes, high, state, &starts);
  } else {
    *state = (block_state){0, 0, 0};
  }
// Bit n of a byte becomes its first, which movemask collects.
#define CLASS_BIT(n)                                                  \
  top_bits((block){{_mm256_slli_epi16(classes.half[0], 7 - (n)),      \
                    _mm256_slli_epi16(classes.half[1], 7 - (n))}})
  return (block_masks){CLASS_BIT(0), CLASS_BIT(1), CLASS_BIT(2), CLASS_BIT(3), CLASS_BIT(4),
                       CLASS_BIT(5), CLASS_BIT(6), CLASS_BIT(7), starts,       ~high};
#undef CLASS_BIT
}

// Four at a time, without asking whether there are so many.
static inline size_t write_ends(uint64_t mask, uint32_t base, uint32_t *ends) {
  size_t count = (size_t)__builtin_popcountll(mask);
  for (size_t i = 0; i < count; i += 4) {
    for (size_t k = 0; k < 4; k++) {
      ends[i + k] = base + (uint32_t)_tzcnt_u64(mask);
      mask = _blsr_u64(mask);
    }
  }
  return count;
}

enum { BLOCKS = 8 };
#include "ctext_scan_body.h"

#pragma clang attribute pop
const ctext_scan ctext_scan_avx2 = scan;
#endif
