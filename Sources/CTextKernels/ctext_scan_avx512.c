// The scan for AVX-512 (F, BW, VL, VBMI, VBMI2) with BMI2.
#include "ctext_scan_masks.h"
#include "ctext_scan_piece.h"

#if defined(__x86_64__)
#include <immintrin.h>
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,lzcnt,popcnt"))), \
    apply_to = function)

// What the blocks before say: where well-formed sequences of two, three and four bytes begin in the
// last one, and which page of characters of three bytes is expected in the next.
typedef struct {
  uint64_t two, three, four;
  int is_foreign;         // a character of another page reaches from the last block into the next
  __m512i first, second;  // the page's first byte, and its second with the last bit set, 64 times
  __m512i low, high;      // the classes of the page
} block_state;

// The class of each of 64 characters of one page: `index` has its low 7 bits.
static inline __m512i page_classes(const ctext_pattern *pattern, uint32_t page, __m512i index) {
  const uint8_t *classes = pattern->classes + CTEXT_PAGE * pattern->pages[page];
  return _mm512_permutex2var_epi8(_mm512_loadu_si512(classes), index,
                                  _mm512_loadu_si512(classes + 64));
}

// Six bits of `low` with the last bits of `high` above them: the place in a page of the character
// whose last two bytes these are.
//
//   high   1 0 0 0 1 1 0 1        low    1 0 h g f e d c
//   index  . 1 h g f e d c        its bit 6 is the last bit of `high`
static inline __m512i page_index(__m512i high, __m512i low) {
  return _mm512_ternarylogic_epi64(_mm512_set1_epi8(0x3F), low, _mm512_slli_epi16(high, 6), 0xCA);
}

// One byte of each character, the same at all its places: `at_first` has it where the character's
// first byte is, `at_second` and `at_third` one and two places further.
static inline __m512i align(__m512i at_first, __m512i at_second, __m512i at_third, uint64_t second,
                            uint64_t third) {
  __m512i x = _mm512_mask_mov_epi8(at_first, second, at_second);
  return _mm512_mask_mov_epi8(x, third, at_third);
}

// Expects the page whose characters begin as `c` does.
static inline void expect_page(const ctext_pattern *pattern, uint32_t page, const uint8_t *c,
                               block_state *state) {
  const uint8_t *classes = pattern->classes + CTEXT_PAGE * pattern->pages[page];
  state->first = _mm512_set1_epi8((char)c[0]);
  state->second = _mm512_set1_epi8((char)(c[1] | 1));
  state->low = _mm512_loadu_si512(classes);
  state->high = _mm512_loadu_si512(classes + 64);
}

// The classes of characters of three bytes. All characters of a page (128 code points: one Indian
// script) are looked up at once; a block has seldom more than one page. The page with the most of
// them is expected in the next block.
//
//   text     E0 B2 95 E0 B3 8D       ಕ ್
//   first    E0 E0 E0 E0 E0 E0       aligned: at each byte of a character
//   second   B2 B2 B2 B3 B3 B3       the same page: they differ in the last bit only
//   third    95 95 95 8D 8D 8D
static inline __m512i three_bytes(const ctext_pattern *pattern, const uint8_t *p, __m512i result,
                                  uint64_t lead, uint64_t second, uint64_t third,
                                  block_state *state) {
  int most = 0;
  __m512i m2 = _mm512_loadu_si512(p - 2), m1 = _mm512_loadu_si512(p - 1);
  __m512i p0 = _mm512_loadu_si512(p), p1 = _mm512_loadu_si512(p + 1);
  __m512i p2 = _mm512_loadu_si512(p + 2);
  __m512i first_bytes = align(p0, m1, m2, second, third);
  __m512i second_bytes = align(p1, p0, m1, second, third);
  __m512i index = page_index(second_bytes, align(p2, p1, p0, second, third));
  __m512i even = _mm512_or_si512(second_bytes, _mm512_set1_epi8(1));
  for (uint64_t unsettled = lead | second | third; unsettled;) {
    int at = (int)__builtin_ctzll(unsettled);
    const uint8_t *c = p + at - (second >> at & 1) - 2 * (third >> at & 1);
    uint32_t page = (uint32_t)(c[0] & 0x0F) << 5 | (uint32_t)(c[1] & 0x3F) >> 1;
    uint64_t same = _mm512_mask_cmpeq_epi8_mask(unsettled, first_bytes, _mm512_set1_epi8((char)c[0]));
    same = _mm512_mask_cmpeq_epi8_mask(same, even, _mm512_set1_epi8((char)(c[1] | 1)));
    result = _mm512_mask_mov_epi8(result, same, page_classes(pattern, page, index));
    unsettled &= ~same;
    int count = __builtin_popcountll(same);
    if (count <= most) continue;
    most = count;
    expect_page(pattern, page, c, state);
    state->is_foreign = (lead & ~same) >> 62 != 0;
  }
  return result;
}

// The same for characters of two bytes, whose page is in their first byte.
static __attribute__((noinline)) __m512i two_bytes(const ctext_pattern *pattern, const uint8_t *p, __m512i result,
                                uint64_t lead, uint64_t second) {
  __m512i p0 = _mm512_loadu_si512(p);
  __m512i first_bytes = _mm512_mask_mov_epi8(p0, second, _mm512_loadu_si512(p - 1));
  __m512i index =
      page_index(first_bytes, _mm512_mask_mov_epi8(_mm512_loadu_si512(p + 1), second, p0));
  __m512i even = _mm512_or_si512(first_bytes, _mm512_set1_epi8(1));
  for (uint64_t unsettled = lead | second; unsettled;) {
    int at = (int)__builtin_ctzll(unsettled);
    uint8_t c = p[at - (int)(second >> at & 1)];
    uint64_t same = _mm512_mask_cmpeq_epi8_mask(unsettled, even, _mm512_set1_epi8((char)(c | 1)));
    result = _mm512_mask_mov_epi8(
        result, same, page_classes(pattern, (uint32_t)(c & 0x1F) >> 1, index));
    unsettled &= ~same;
  }
  return result;
}

// Characters of four bytes. Not in line, like `two_bytes`: both are rare where there are many of
// three, and need the registers.
static __attribute__((noinline)) __m512i four_bytes(const ctext_pattern *pattern, const uint8_t *p, __m512i result,
                                 uint64_t lead, uint64_t before) {
  uint8_t classes[3 + 64 + 4];
  _mm512_storeu_si512(classes + 3, result);
  ctext_set_fours(pattern, p, lead, before, classes);
  return _mm512_loadu_si512(classes + 3);
}

// A block of any characters. Not in line: most blocks are ASCII or of one page.
static __attribute__((noinline)) __m512i multibyte(const ctext_pattern *pattern, const uint8_t *p,
                                                   __m512i bytes, __m512i classes, uint64_t high,
                                                   block_state *state, uint64_t *starts) {
  state->is_foreign = 0;
  __m512i next = _mm512_loadu_si512(p + 1), after = _mm512_loadu_si512(p + 2);
  // Bytes 80 … BF are −128 … −65: less than −64.
  __m512i bound = _mm512_set1_epi8(-64);
  uint64_t continued = _mm512_cmplt_epi8_mask(next, bound);
  uint64_t continued_twice = continued & _mm512_cmplt_epi8_mask(after, bound);
  uint64_t from_c2 = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)0xC2));
  uint64_t from_e0 = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)0xE0));
  uint64_t from_f0 = _mm512_cmpge_epu8_mask(bytes, _mm512_set1_epi8((char)0xF0));
  uint64_t two = from_c2 & ~from_e0 & continued;
  uint64_t three = from_e0 & ~from_f0 & continued_twice;
  // E0 goes on with A0 or more (no overlong forms), ED with less (no surrogates).
  uint64_t from_a0 = _mm512_cmpge_epu8_mask(next, _mm512_set1_epi8((char)0xA0));
  uint64_t e0 = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xE0));
  uint64_t ed = _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8((char)0xED));
  three &= ~((e0 & ~from_a0) | (ed & from_a0));
  uint64_t four = __builtin_expect(from_f0 != 0, 0) ? ctext_well_formed_fours(p, from_f0) : 0;
  uint64_t second_of_two = two << 1 | state->two >> 63;
  uint64_t second = three << 1 | state->three >> 63, third = three << 2 | state->three >> 62;
  uint64_t rest_of_four = four << 1 | state->four >> 63 | four << 2 | state->four >> 62 |
                          four << 3 | state->four >> 61;
  *starts = ~(second_of_two | second | third | rest_of_four);
  classes = _mm512_mask_mov_epi8(classes, high,
                                 _mm512_set1_epi8((char)ctext_class(pattern, 0xFFFD)));
  if (three | second | third) {
    classes = three_bytes(pattern, p, classes, three, second, third, state);
  }
  if (two | second_of_two) classes = two_bytes(pattern, p, classes, two, second_of_two);
  if (four | rest_of_four) classes = four_bytes(pattern, p, classes, four, state->four);
  state->two = two;
  state->three = three;
  state->four = four;
  return classes;
}

// A block whose characters above ASCII are all of the expected page: puts their classes into
// `classes` and returns true. The page stands in registers, so that nothing waits for a look-up of
// where it is. In any other block it changes nothing.
//
// What the block before says of two and four bytes needs no look: if one of them reached into this
// block, not all of its bytes above ASCII would be of `three`.
__attribute__((always_inline)) static inline int one_page(const uint8_t *p, __m512i bytes,
                                                          uint64_t high, block_state *state,
                                                          uint64_t *starts, __m512i *classes) {
  __m512i next = _mm512_loadu_si512(p + 1), after = _mm512_loadu_si512(p + 2);
  __m512i even = _mm512_or_si512(next, _mm512_set1_epi8(1));
  uint64_t three = _mm512_cmpeq_epi8_mask(bytes, state->first) &
                   _mm512_cmpeq_epi8_mask(even, state->second) &
                   _mm512_cmplt_epi8_mask(after, _mm512_set1_epi8(-64));
  uint64_t second = three << 1 | state->three >> 63, third = three << 2 | state->three >> 62;
  if ((three | second | third) != high || state->is_foreign) return 0;
  __m512i before = _mm512_loadu_si512(p - 1);
  __m512i index = page_index(align(next, bytes, before, second, third),
                             align(after, next, bytes, second, third));
  __m512i of_page = _mm512_permutex2var_epi8(state->low, index, state->high);
  *classes = _mm512_mask_mov_epi8(*classes, high, of_page);
  *starts = ~(second | third);
  state->three = three;
  return 1;
}

__attribute__((always_inline)) static inline block_masks classify(const ctext_pattern *pattern,
                                                                  const uint8_t *p,
                                                                  block_state *state) {
  __m512i bytes = _mm512_loadu_si512(p);
  uint64_t high = _mm512_movepi8_mask(bytes), starts = ~0ull;
  // A look-up of the low 7 bits in 128 classes: right for ASCII.
  __m512i classes = page_classes(pattern, 0, bytes);
  if (!high) {
    state->two = state->three = state->four = 0;
    state->is_foreign = 0;
  } else if (!one_page(p, bytes, high, state, &starts, &classes)) {
    classes = multibyte(pattern, p, bytes, classes, high, state, &starts);
  }
#define CLASS_BIT(bit) _mm512_test_epi8_mask(classes, _mm512_set1_epi8((char)(bit)))
  return (block_masks){CLASS_BIT(0x01), CLASS_BIT(0x02), CLASS_BIT(0x04), CLASS_BIT(0x08),
                       CLASS_BIT(0x10), CLASS_BIT(0x20), CLASS_BIT(0x40), CLASS_BIT(0x80),
                       starts,          ~high};
#undef CLASS_BIT
}

// Compresses the numbers 0 … 63 under the mask, widens 16 at a time, and adds the base.
//
//   mask      0 1 0 0 1 1        lowest bit on the left
//   numbers   1 4 5 . . .
//   ends      base+1 base+4 base+5
static inline size_t write_ends(uint64_t mask, uint32_t base, uint32_t *ends) {
  const __m512i numbers = _mm512_set_epi8(
      63, 62, 61, 60, 59, 58, 57, 56, 55, 54, 53, 52, 51, 50, 49, 48, 47, 46, 45, 44, 43, 42, 41,
      40, 39, 38, 37, 36, 35, 34, 33, 32, 31, 30, 29, 28, 27, 26, 25, 24, 23, 22, 21, 20, 19, 18,
      17, 16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
  size_t count = (size_t)__builtin_popcountll(mask);
  __m512i some = _mm512_maskz_compress_epi8(mask, numbers);
  __m512i bases = _mm512_set1_epi32((int)base);
#define SIXTEEN(k)                                                                     \
  _mm512_storeu_si512(ends + 16 * (k), _mm512_add_epi32(bases, _mm512_cvtepu8_epi32( \
                                           _mm512_extracti32x4_epi32(some, k))))
  SIXTEEN(0);
  SIXTEEN(1);
  if (count > 32) {
    SIXTEEN(2);
    SIXTEEN(3);
  }
#undef SIXTEEN
  return count;
}

enum { BLOCKS = 8 };
#include "ctext_scan_body.h"

#pragma clang attribute pop
const ctext_scan ctext_scan_avx512 = scan;
#endif
