// The lookup for any machine.
#include "ctext_lookup_key.h"

typedef struct {
  uint64_t low, high;
} piece_key;

// Bytes beyond the length are masked away in both halves.
static inline piece_key key_load(const uint8_t *p, uint32_t length) {
  uint8_t bytes[16];
  memcpy(bytes, p, 16);
  for (uint32_t i = 0; i < 16; i++) bytes[i] = i < length ? bytes[i] : 0;
  piece_key key;
  memcpy(&key, bytes, 16);
  return key;
}

static inline uint64_t key_low(piece_key key) { return key.low; }
static inline uint64_t key_high(piece_key key) { return key.high; }

static inline int slot_matches(const ctext_slot *slot, piece_key key, uint32_t length) {
  piece_key other;
  memcpy(&other, slot->key, 16);
  return other.low == key.low && other.high == key.high && ctext_kind(slot) == length;
}

// Two ids of 20 bits are five bytes; the eight from there on lie in the slot.
static inline void unpack(const ctext_slot *slot, int32_t *ids) {
  for (int i = 0; i < CTEXT_SLOT_IDS; i += 2) {
    uint64_t bits;
    memcpy(&bits, (const uint8_t *)slot + i / 2 * 5, 8);
    ids[i] = (int32_t)(bits & 0xFFFFF);
    ids[i + 1] = (int32_t)(bits >> CTEXT_ID_BITS & 0xFFFFF);
  }
}

#include "ctext_lookup_body.h"

const ctext_lookup ctext_lookup_scalar = lookup;
