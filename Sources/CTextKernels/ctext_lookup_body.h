// The lookup that ctext_lookup.h describes: the one body of all instruction sets. Each of them
// brings
//   piece_key                      16 bytes in a register
//   key_load(p, length)            the first `length` of the 16 bytes at p, zeros behind; anything if
//                                  there are more
//   key_low(k), key_high(k)        its two 64-bit halves
//   slot_matches(slot, k, length)  whether the slot holds the short piece
//   unpack(slot, ids)              the six ids of 20 bits, whatever their number, to `ids`, and up
//                                  to two more
//
// While the ids of piece i are fetched, the key and the hash of piece i + AHEAD are made and its
// slot is asked for, so that its cache line is on the way for some hundred cycles:
//
//   pieces    | 0 | 1 | 2 | … | 15 | 16 | 17 | …
//               └ fetch            └ prepare           ring[16 mod 16] takes the place of piece 0
//
// The chain from one piece to the next is one addition, of the number of ids written.
enum { AHEAD = 16 };

// A piece whose slot is on its way.
typedef struct {
  piece_key key;
  const ctext_slot *slot;
  uint32_t begin, length;
} prepared;

static inline void prepare(const ctext_table *table, const uint8_t *text, size_t text_count,
                           uint32_t begin, uint32_t end, prepared *piece) {
  uint32_t length = end - begin;
  if (__builtin_expect(text_count - begin >= 16, 1)) {
    piece->key = key_load(text + begin, length);
  } else {  // 16 bytes from here would lie behind the text
    uint8_t tail[16] = {0};
    memcpy(tail, text + begin, text_count - begin);
    piece->key = key_load(tail, length);
  }
  uint64_t hash = ctext_fold(key_low(piece->key), key_high(piece->key));
  piece->slot = &table->slots[hash & table->mask];
  piece->begin = begin;
  piece->length = length;
  __builtin_prefetch(piece->slot);
}

// The slot of a short piece that is not in the first of its slots; NULL if the table lacks it. It
// changes places with what is there: of the pieces that share a first slot the one met last has it,
// so that a frequent piece is found at once, without a branch that the processor did not foresee.
static __attribute__((noinline)) const ctext_slot *find_further(const ctext_table *table,
                                                                const prepared *piece) {
  uint64_t first = (uint64_t)(piece->slot - table->slots);
  for (uint64_t probe = 1; probe < CTEXT_PROBES; probe++) {
    ctext_slot *slot = &table->slots[first ^ probe];
    if (slot_matches(slot, piece->key, piece->length)) {
      ctext_slot found = *slot;
      *slot = table->slots[first];
      table->slots[first] = found;
      return &table->slots[first];
    }
  }
  return NULL;
}

static size_t lookup(const ctext_table *table, const uint8_t *text, size_t text_count,
                     uint32_t start, const uint32_t *ends, size_t piece_count, int32_t *ids,
                     size_t *id_count) {
  prepared ring[AHEAD];
  int32_t *out = ids;
  uint32_t begin = start;
  size_t ready = piece_count < AHEAD ? piece_count : AHEAD, i = 0;
  for (size_t next = 0; next < ready; next++) {
    prepare(table, text, text_count, begin, ends[next], &ring[next]);
    begin = ends[next] & ~CTEXT_REMOVED;
  }
  for (; i < piece_count; i++) {
    prepared *piece = &ring[i % AHEAD];
    const ctext_slot *slot = piece->slot;
    if (__builtin_expect(piece->length > CTEXT_SHORT_PIECE, 0)) {
      slot = ctext_find_long(table, text + piece->begin, piece->length);
      if (slot == NULL) break;
    } else if (__builtin_expect(!slot_matches(slot, piece->key, piece->length), 0)) {
      slot = find_further(table, piece);
      if (slot == NULL) break;
    }
    uint32_t count = ctext_count(slot);
    unpack(slot, out);
    if (__builtin_expect(count == CTEXT_COUNT_IN_ARENA, 0)) {
      count = ctext_ids_in_arena(table, slot, out);
    }
    out += count;
    if (ready < piece_count) {
      prepare(table, text, text_count, begin, ends[ready], piece);
      begin = ends[ready++] & ~CTEXT_REMOVED;
    }
  }
  *id_count = (size_t)(out - ids);
  return i;
}
