// The lookup that ctext_lookup.h describes: the one body of all instruction sets. Each of them
// brings
//   piece_key                          16 bytes in a register
//   key_load(p, length)            the first `length` (1 … 16) of the 16 bytes at p, zeros behind
//   key_low(k), key_high(k)        its two 64-bit halves
//   slot_matches(slot, k, length)  whether the slot holds the short piece
//   slot_copy(slot, ids)           the slot's first 64 bytes to `ids`: at least all its ids
//
// Keys and hashes of BLOCK pieces are made first, and their slots asked for; when the ids are then
// fetched the cache lines are on their way. The chain from one piece to the next is one addition,
// of the number of ids written.
enum { BLOCK = 16 };

static size_t lookup(const ctext_table *table, const uint8_t *text, size_t text_count,
                     uint32_t start, const uint32_t *ends, size_t piece_count, int32_t *ids,
                     size_t *id_count) {
  piece_key keys[BLOCK];
  uint64_t hashes[BLOCK];
  uint32_t lengths[BLOCK];
  int32_t *out = ids;
  size_t piece = 0;
  uint32_t block_start = start;
  while (piece < piece_count) {
    size_t count = piece_count - piece < BLOCK ? piece_count - piece : BLOCK;
    uint32_t begin = block_start;
    for (size_t i = 0; i < count; i++) {
      uint32_t end = ends[piece + i], length = end - begin;
      lengths[i] = length;
      piece_key key;
      if (text_count - begin >= 16) {
        key = key_load(text + begin, length < 16 ? length : 16);
      } else {  // 16 bytes from here would lie behind the text
        uint8_t tail[16] = {0};
        memcpy(tail, text + begin, text_count - begin);
        key = key_load(tail, length);
      }
      keys[i] = key;
      hashes[i] = ctext_fold(key_low(key), key_high(key));
      __builtin_prefetch(&table->slots[hashes[i] & table->mask]);
      begin = end & ~CTEXT_REMOVED;
    }
    begin = block_start;
    for (size_t i = 0; i < count; i++) {
      uint32_t length = lengths[i];
      if (__builtin_expect(length > CTEXT_SHORT_PIECE, 0)) {
        int found = ctext_find_long(table, text + begin, length, out);
        if (found < 0) {
          *id_count = (size_t)(out - ids);
          return piece + i;
        }
        out += found;
      } else {
        uint64_t place = hashes[i] & table->mask;
        const ctext_slot *slot = &table->slots[place];
        if (__builtin_expect(!slot_matches(slot, keys[i], length), 0)) {
          int probe = 1;
          for (; probe < CTEXT_PROBES; probe++) {
            if (slot->kind == CTEXT_EMPTY) break;
            slot = &table->slots[(place + (uint64_t)probe) & table->mask];
            if (slot_matches(slot, keys[i], length)) break;
          }
          if (probe == CTEXT_PROBES || slot->kind == CTEXT_EMPTY) {
            *id_count = (size_t)(out - ids);
            return piece + i;
          }
        }
        slot_copy(slot, out);
        out += slot->count;
      }
      begin += length;
    }
    block_start = begin;
    piece += count;
  }
  *id_count = (size_t)(out - ids);
  return piece;
}
