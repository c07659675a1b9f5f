// How pieces become keys and hashes; the same on every machine, because tables are kept in files.
#ifndef CTEXT_LOOKUP_KEY_H
#define CTEXT_LOOKUP_KEY_H

#include <string.h>

#include "ctext_lookup.h"

// The kinds of slots that hold no short piece, the count of one whose ids are in the arena, and the
// bits of an id in a slot.
enum { CTEXT_EMPTY = 0, CTEXT_KIND_LONG = 17, CTEXT_KIND_GONE = 18 };
enum { CTEXT_COUNT_IN_ARENA = 7, CTEXT_ID_BITS = 20 };

static inline uint32_t ctext_kind(const ctext_slot *slot) { return slot->kind_and_count & 31; }
static inline uint32_t ctext_count(const ctext_slot *slot) { return slot->kind_and_count >> 5; }

// Writes the ids of a slot whose count says that they are in the arena, and returns their number.
// Copies eight at a time, up to seven too many, which the arena has behind it.
static inline uint32_t ctext_ids_in_arena(const ctext_table *table, const ctext_slot *slot,
                                          int32_t *ids) {
  uint32_t place;
  memcpy(&place, slot->ids, 4);
  for (size_t i = 0; i < slot->ids[4]; i += 8) memcpy(ids + i, table->arena + place + 4 * i, 32);
  return slot->ids[4];
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

// The slot of a piece longer than a key; NULL if it is not there.
static inline const ctext_slot *ctext_find_long(const ctext_table *table, const uint8_t *piece,
                                                size_t length) {
  if (length > CTEXT_LONG_PIECE) return NULL;
  uint64_t hash = ctext_long_hash(piece, length);
  for (uint64_t probe = 0; probe < CTEXT_PROBES; probe++) {
    const ctext_slot *slot = &table->slots[(hash & table->mask) ^ probe];
    uint64_t slot_hash;
    uint32_t place[2];
    memcpy(&slot_hash, slot->key, 8);
    memcpy(place, slot->key + 8, 8);
    if (ctext_kind(slot) == CTEXT_KIND_LONG && slot_hash == hash && place[0] == length &&
        memcmp(table->arena + place[1], piece, length) == 0) {
      return slot;
    }
  }
  return NULL;
}

#endif
