// The scan in plain C.
#include "ctext_scan_masks.h"
#include "ctext_scan_piece.h"

// How many bytes of the last character stand in the next block, and its class.
typedef struct {
  size_t left;
  uint8_t class;
} block_state;

// Transposes 8 × 8 bits: byte i of `x` is the class of byte i of the text; bit i of byte k of the
// result is bit k of that class.
// Source: H. S. Warren, Hacker's Delight, 2nd edition, section 7-3.
static inline uint64_t transpose(uint64_t x) {
  uint64_t t = (x ^ (x >> 7)) & 0x00AA00AA00AA00AAull;
  x ^= t ^ (t << 7);
  t = (x ^ (x >> 14)) & 0x0000CCCC0000CCCCull;
  x ^= t ^ (t << 14);
  t = (x ^ (x >> 28)) & 0x00000000F0F0F0F0ull;
  return x ^ t ^ (t << 28);
}

// Gives every byte its class, one character after another, then turns eight classes at a time into
// eight bits of each mask.
__attribute__((always_inline)) static inline block_masks classify(const ctext_pattern *pattern, const uint8_t *p,
                                   block_state *state) {
  uint8_t classes[64 + 4];
  uint64_t starts = 0, ascii = 0;
  size_t i = 0;
  for (; i < state->left; i++) classes[i] = state->class;
  while (i < 64) {
    if (p[i] < 0x80) {
      starts |= 1ull << i;
      ascii |= 1ull << i;
      classes[i] = pattern->classes[p[i]];
      i++;
      continue;
    }
    uint32_t code_point;
    size_t count = ctext_decode(p + i, 4, &code_point);
    state->class = ctext_class(pattern, code_point);
    starts |= 1ull << i;
    memset(classes + i, state->class, 4);
    i += count;
  }
  state->left = i - 64;
  uint64_t masks[8] = {0};
  for (size_t group = 0; group < 8; group++) {
    uint64_t eight = 0;
    for (size_t k = 0; k < 8; k++) eight |= (uint64_t)classes[8 * group + k] << (8 * k);
    eight = transpose(eight);
    for (size_t k = 0; k < 8; k++) masks[k] |= (eight >> (8 * k) & 0xFF) << (8 * group);
  }
  return (block_masks){masks[0], masks[1], masks[2], masks[3], masks[4],
                       masks[5], masks[6], masks[7], starts,   ascii};
}

static inline size_t write_ends(uint64_t mask, uint32_t base, uint32_t *ends) {
  size_t count = 0;
  for (; mask; mask &= mask - 1) ends[count++] = base + (uint32_t)__builtin_ctzll(mask);
  return count;
}

enum { BLOCKS = 1 };
#include "ctext_scan_body.h"

const ctext_scan ctext_scan_scalar = scan;
