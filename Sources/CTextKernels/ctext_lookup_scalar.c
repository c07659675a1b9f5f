// The lookup for any machine.
#include "ctext_lookup_key.h"

static inline void key_store(const uint8_t *p, const ctext_shape *shape, ctext_key *key) {
  uint64_t text[2], keep[2], set[2];
  memcpy(text, p, 16);
  memcpy(keep, shape->keep, 16);
  memcpy(set, shape->set, 16);
  *key = (ctext_key){(text[0] & keep[0]) | set[0], (text[1] & keep[1]) | set[1]};
}

static inline int key_equal(const ctext_slot *slot, const ctext_key *key) {
  ctext_key other = ctext_key_of(slot);
  return other.low == key->low && other.high == key->high;
}

// Two ids of 20 bits are five bytes; the eight from there on lie in the slot, or begin in it.
static inline void unpack(const uint8_t *packed, int32_t *ids) {
  for (int i = 0; i < CTEXT_SLOT_IDS; i += 2) {
    uint64_t bits = 0;
    memcpy(&bits, packed + i / 2 * 5, 5);
    ids[i] = (int32_t)(bits & 0xFFFFF);
    ids[i + 1] = (int32_t)(bits >> CTEXT_ID_BITS & 0xFFFFF);
  }
}

#include "ctext_lookup_body.h"

const ctext_lookup ctext_lookup_scalar = lookup;
