// How pieces become keys and hashes, the same for all instruction sets.
#ifndef CTEXT_LOOKUP_KEY_H
#define CTEXT_LOOKUP_KEY_H

#include <string.h>

#include "ctext_lookup.h"

// The kinds of slots that hold no short piece, and what may be added to a kind.
enum {
  CTEXT_EMPTY = 0,
  CTEXT_LONG = 16,
  CTEXT_GONE = 17,
  CTEXT_REST = 18,
  CTEXT_WIDE = 0x80,
  CTEXT_FAR = 0x40,
};

enum { CTEXT_ID_BITS = 20 };

// A key: the bytes of a short piece, zeros, and in the last byte its length, which is its kind too.
typedef struct {
  uint64_t low, high;
} ctext_key;

// The place of a key's last byte in its upper half, on a machine that writes the lowest byte first.
enum { CTEXT_KIND_SHIFT = 56 };

static inline ctext_key ctext_key_of(const ctext_slot *slot) {
  ctext_key key;
  memcpy(&key, slot->key, sizeof key);
  return key;
}

// The hash of a key. Its upper bits depend on all bits of the key, so that slots are counted by
// these. Two multiplications, which eight keys at a time share where the machine has them.
static inline uint64_t ctext_key_hash(uint64_t low, uint64_t high) {
  return low * 0xA0761D6478BD642Full + high * 0xE7037ED1A0B428DBull;
}

// The product of two words, folded (as in wyhash): every bit of both is in every bit of the result.
static inline uint64_t ctext_fold(uint64_t a, uint64_t b) {
  __uint128_t product = (__uint128_t)(a ^ 0xA0761D6478BD642Full) * (b ^ 0xE7037ED1A0B428DBull);
  return (uint64_t)product ^ (uint64_t)(product >> 64);
}

// The hash of a piece longer than a key: 16 bytes at a time, the last 16 overlapping.
static inline uint64_t ctext_long_hash(const uint8_t *piece, size_t length) {
  uint64_t hash = length, words[2];
  for (size_t i = 0; i + 16 < length; i += 16) {
    memcpy(words, piece + i, 16);
    hash = ctext_fold(words[0] ^ hash, words[1] + hash);
  }
  memcpy(words, piece + length - 16, 16);
  return ctext_fold(words[0] ^ hash, words[1] + hash);
}

// The other slot of a cache line.
static inline ctext_slot *ctext_neighbour(const ctext_slot *slot) {
  return (ctext_slot *)((uintptr_t)slot ^ sizeof(ctext_slot));
}

// What makes a key of 16 bytes of text: which of them stay, and what is set.
typedef struct {
  uint8_t keep[16], set[16];
} ctext_shape;

// By length; the last, for pieces that are longer, makes a key that no slot has.
extern const ctext_shape ctext_shapes[CTEXT_SHORT_PIECE + 2];

// The ids of a piece of any length that is found in any of its slots; returns their number, 0 if it
// is in none. What lay in the second line of its bucket is brought nearer.
size_t ctext_lookup_anywhere(const ctext_table *table, const uint8_t *piece, size_t length,
                             int32_t *ids);

#endif
