// The lookup that ctext_lookup.h describes: the one body of all instruction sets. Each of them
// brings
//   key_store(p, shape, key)   makes a key of the 16 bytes at p
//   key_equal(slot, key)       whether the slot has this key, its last byte included
//   unpack(packed, ids)        the six ids of 20 bits at `packed`, of which it reads 16 bytes, to
//                              `ids`, and up to two more
//
// Pieces go through three stages, in groups, so that each stage is a short loop without a branch
// that depends on a piece, and memory has the time of one to two groups to come:
//
//   group      0        1        2        3
//   keys       round 0  round 1  round 2  round 3       16 bytes of text, shaped by the length
//   places              round 1  round 2  round 3       hash, slot, and its cache line is asked for
//   fetch                        round 2  round 3       slot and key compared, six ids written
//
// The chain from one piece to the next is one addition, of the number of ids. What is not a plain
// slot (many ids, a piece beside or far from its place, a long piece) takes a branch that the
// processor did not foresee.
//
// Ids go where nothing was read, so that their memory is asked for ahead, too: AHEAD ids, by every
// fourth piece.
enum { GROUP = 64, AHEAD = 320 };

typedef struct {
  _Alignas(64) ctext_key keys[GROUP];
  uint32_t places[GROUP];  // in bytes from the first slot
} group;

// The keys of the pieces that end at `ends`, the first of which begins at `begin`. A piece that is
// longer than a key, or removed, gets one that matches nothing.
static inline void make_keys(const uint8_t *text, size_t text_count, uint32_t begin,
                             const uint32_t *ends, group *g) {
  uint32_t begins[GROUP], lengths[GROUP];
  for (int i = 0; i < GROUP; i++) {
    begins[i] = i == 0 ? begin : ends[i - 1] & ~CTEXT_REMOVED;
    uint32_t length = ends[i] - begins[i];
    lengths[i] = length <= CTEXT_SHORT_PIECE ? length : CTEXT_SHORT_PIECE + 1;
  }
  if ((size_t)(ends[GROUP - 1] & ~CTEXT_REMOVED) + 16 <= text_count) {
    for (int i = 0; i < GROUP; i++) {
      key_store(text + begins[i], &ctext_shapes[lengths[i]], &g->keys[i]);
    }
    return;
  }
  for (int i = 0; i < GROUP; i++) {  // 16 bytes from here may lie behind the text
    uint8_t tail[16] = {0};
    size_t left = text_count - begins[i];
    memcpy(tail, text + begins[i], left < 16 ? left : 16);
    key_store(tail, &ctext_shapes[lengths[i]], &g->keys[i]);
  }
}

// The slots of the keys.
static inline void find_places(const ctext_table *table, group *g) {
  uint32_t shift = table->shift;
  for (int i = 0; i < GROUP; i++) {
    uint64_t hash = ctext_key_hash(g->keys[i].low, g->keys[i].high);
    g->places[i] = (uint32_t)(hash >> shift) * (uint32_t)sizeof(ctext_slot);
  }
  const uint8_t *slots = (const uint8_t *)table->slots;
  for (int i = 0; i < GROUP; i++) __builtin_prefetch(slots + g->places[i]);
}

// The ids of a short piece whose key is not that of its slot, but that may be in the same line: its
// slot is wide, or the neighbour has it; two plain slots change places then, so that of the pieces
// that share a place the one met last has it. Returns their number, 0 if they are not there.
static inline size_t fetch_from_line(ctext_slot *slot, const ctext_key *key, int32_t *ids) {
  for (int side = 0; side < 2; side++) {
    ctext_slot *there = side == 0 ? slot : ctext_neighbour(slot);
    ctext_key other = ctext_key_of(there);
    uint64_t difference = other.high ^ key->high;
    if (other.low != key->low || (difference & ~((uint64_t)CTEXT_WIDE << CTEXT_KIND_SHIFT))) continue;
    unpack(there->ids, ids);
    size_t count = there->count;
    if (difference) {
      const ctext_slot *rest = ctext_neighbour(there);
      unpack(rest->ids, ids + CTEXT_SLOT_IDS);
      unpack(rest->key, ids + 2 * CTEXT_SLOT_IDS);
    } else {
      ctext_slot found = *there;
      *there = *slot;
      *slot = found;
    }
    return count;
  }
  return 0;
}

// The ids of a piece that the table does not hold; 0 if nobody knows them, or there is no room for them.
static inline size_t ask(const ctext_table *table, const uint8_t *piece, size_t length,
                         int32_t *ids) {
  if (table->missing == NULL || length > CTEXT_PIECE_IDS) return 0;
  return table->missing(table->context, piece, length, ids);
}

static size_t lookup(const ctext_table *table, const uint8_t *text, size_t text_count,
                     uint32_t start, const uint32_t *ends, size_t piece_count, int32_t *ids,
                     size_t *id_count) {
  group ring[3];
  uint32_t last[GROUP];
  size_t groups = (piece_count + GROUP - 1) / GROUP, i = 0;
  uint32_t begin = start;
  int32_t *out = ids;
  for (size_t round = 0; round < groups + 2; round++) {
    if (round < groups) {
      const uint32_t *some = ends + round * GROUP;
      size_t count = piece_count - round * GROUP;
      if (count < GROUP) {  // the rest of the group are empty pieces, which nobody fetches
        for (size_t k = 0; k < GROUP; k++) last[k] = some[k < count ? k : count - 1];
        some = last;
      }
      make_keys(text, text_count, begin, some, &ring[round % 3]);
      begin = some[GROUP - 1] & ~CTEXT_REMOVED;
    }
    if (round >= 1 && round <= groups) find_places(table, &ring[(round - 1) % 3]);
    if (round < 2) continue;
    const group *g = &ring[(round - 2) % 3];
    size_t first = i, count = piece_count - i < GROUP ? piece_count - i : GROUP;
    uint8_t *slots = (uint8_t *)table->slots;
#pragma clang loop unroll_count(4)
    for (size_t k = 0; k < count; k++) {
      if (k % 4 == 0) __builtin_prefetch((const void *)((uintptr_t)out + AHEAD * sizeof *out), 1);
      ctext_slot *slot = (ctext_slot *)(slots + g->places[k]);
      if (__builtin_expect(key_equal(slot, &g->keys[k]), 1)) {
        unpack(slot->ids, out);
        out += slot->count;
        continue;
      }
      size_t more = fetch_from_line(slot, &g->keys[k], out);
      if (more == 0) {
        i = first + k;
        uint32_t from = i == 0 ? start : ends[i - 1] & ~CTEXT_REMOVED;
        if (ends[i] & CTEXT_REMOVED) goto stopped;
        more = ctext_lookup_anywhere(table, text + from, ends[i] - from, out);
        if (more == 0) more = ask(table, text + from, ends[i] - from, out);
        if (more == 0) goto stopped;
      }
      out += more;
    }
    i = first + count;
  }
stopped:
  *id_count = (size_t)(out - ids);
  return i;
}
