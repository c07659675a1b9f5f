// The choice of the lookup's instruction set, and insertion, which is the same for all.
#include "ctext_lookup.h"

#include "ctext_lookup_key.h"

extern const ctext_lookup ctext_lookup_scalar;
#if defined(__x86_64__)
extern const ctext_lookup ctext_lookup_avx2;
extern const ctext_lookup ctext_lookup_avx512;
#endif

int ctext_lookup_best_isa(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("bmi2")) {
    return CTEXT_LOOKUP_AVX512;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")) return CTEXT_LOOKUP_AVX2;
#endif
  return CTEXT_LOOKUP_SCALAR;
}

ctext_lookup ctext_lookup_for(int isa) {
#if defined(__x86_64__)
  if (isa == CTEXT_LOOKUP_AVX512) return ctext_lookup_avx512;
  if (isa == CTEXT_LOOKUP_AVX2) return ctext_lookup_avx2;
#endif
  (void)isa;
  return ctext_lookup_scalar;
}

// A shape of a length, and what stays of 15 bytes.
#define ONES(n, i) ((i) < (n) ? 0xFF : 0)
#define SHAPE(n, kind)                                                                          \
  {{ONES(n, 0), ONES(n, 1), ONES(n, 2), ONES(n, 3), ONES(n, 4), ONES(n, 5), ONES(n, 6),         \
    ONES(n, 7), ONES(n, 8), ONES(n, 9), ONES(n, 10), ONES(n, 11), ONES(n, 12), ONES(n, 13),     \
    ONES(n, 14), 0},                                                                            \
   {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, kind}}
_Alignas(32) const ctext_shape ctext_shapes[CTEXT_SHORT_PIECE + 2] = {
    SHAPE(0, 0),   SHAPE(1, 1),   SHAPE(2, 2),   SHAPE(3, 3),   SHAPE(4, 4),   SHAPE(5, 5),
    SHAPE(6, 6),   SHAPE(7, 7),   SHAPE(8, 8),   SHAPE(9, 9),   SHAPE(10, 10), SHAPE(11, 11),
    SHAPE(12, 12), SHAPE(13, 13), SHAPE(14, 14), SHAPE(15, 15), SHAPE(0, 0xFF)};

static ctext_slot *first_slot(const ctext_table *table, uint64_t hash) {
  return &table->slots[hash >> table->shift];
}

// Slot `probe` of the four of the bucket that the first one lies in.
static ctext_slot *probed(const ctext_table *table, ctext_slot *first, size_t probe) {
  return &table->slots[(size_t)(first - table->slots) ^ probe];
}

static int is_free(const ctext_slot *slot) {
  return slot->kind == CTEXT_EMPTY || slot->kind == CTEXT_GONE;
}

// Whether the slot is half of a wide one.
static int is_wide(const ctext_slot *slot) {
  return slot->kind & CTEXT_WIDE || slot->kind == CTEXT_REST;
}

// The first slot of a cache line.
static ctext_slot *line_of(ctext_slot *slot) {
  return (ctext_slot *)((uintptr_t)slot & ~(uintptr_t)(2 * sizeof *slot - 1));
}

// Forgets a slot, and the other half of a wide one.
static void forget(ctext_slot *slot) {
  if (is_wide(slot)) ctext_neighbour(slot)->kind = CTEXT_GONE;
  slot->kind = CTEXT_GONE;
}

// From now on the second line of the bucket counts, too.
static void close_line(ctext_slot *slot) {
  ctext_slot *line = line_of(slot);
  for (int i = 0; i < 2; i++) {
    if (line[i].kind == CTEXT_EMPTY) line[i].kind = CTEXT_GONE;
  }
}

// The slot for a new piece: the first free one of its slots, else the next in turn. For a wide one,
// the first of a free line, else of the next line in turn.
static ctext_slot *place_for(ctext_table *table, uint64_t hash, int for_wide) {
  ctext_slot *home = first_slot(table, hash), *first = for_wide ? line_of(home) : home;
  size_t step = for_wide ? 2 : 1;
  for (size_t probe = 0; probe < CTEXT_PROBES; probe += step) {
    ctext_slot *slot = probed(table, first, probe);
    if (probe >= 2) close_line(home);
    if (is_free(slot) && (!for_wide || is_free(ctext_neighbour(slot)))) return slot;
  }
  ctext_slot *taken = probed(table, first, table->turn++ * step % CTEXT_PROBES);
  forget(taken);
  if (for_wide) forget(ctext_neighbour(taken));
  return taken;
}

static void empty_arena(ctext_table *table) {
  for (uint64_t i = 0; i < (uint64_t)1 << (64 - table->shift); i++) {
    ctext_slot *slot = &table->slots[i];
    uint32_t kind = slot->kind & ~(uint32_t)CTEXT_WIDE;
    if (kind == CTEXT_LONG || kind & CTEXT_FAR) forget(slot);
  }
  table->arena_count = 0;
}

// Puts bytes into the arena, which has room for them, and returns where they begin.
static uint32_t put(ctext_table *table, const void *bytes, size_t size) {
  uint32_t place = table->arena_count;
  memcpy(table->arena + place, bytes, size);
  table->arena_count += (uint32_t)size;
  return place;
}

// Where the ids of a piece stand: 0 in its slot, else CTEXT_WIDE or CTEXT_FAR.
static uint8_t width_of(const int32_t *ids, size_t count) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; i++) all |= (uint32_t)ids[i];
  if (count > CTEXT_WIDE_IDS || all >> CTEXT_ID_BITS != 0) return CTEXT_FAR;
  return count > CTEXT_SLOT_IDS ? CTEXT_WIDE : 0;
}

// Writes up to six ids of 20 bits, one behind the other: two of them are five bytes.
static void pack(uint8_t *packed, const int32_t *ids, size_t count) {
  for (size_t i = 0; i < count && i < CTEXT_SLOT_IDS; i++) {
    uint32_t bits = (uint32_t)ids[i] << (i % 2 * 4);
    for (size_t byte = 0; byte < 3; byte++) {
      packed[i * CTEXT_ID_BITS / 8 + byte] |= (uint8_t)(bits >> 8 * byte);
    }
  }
}

static int32_t unpacked(const uint8_t *packed, size_t i) {
  const uint8_t *p = packed + i * CTEXT_ID_BITS / 8;
  uint32_t bits = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;
  return (int32_t)(bits >> (i % 2 * 4) & ((1u << CTEXT_ID_BITS) - 1));
}

// The key of a piece of at most CTEXT_SHORT_PIECE bytes.
static ctext_key short_key(const uint8_t *piece, size_t length) {
  uint8_t bytes[16] = {0};
  memcpy(bytes, piece, length);
  bytes[15] = (uint8_t)length;
  ctext_key key;
  memcpy(&key, bytes, sizeof key);
  return key;
}

static uint64_t hash_of(const uint8_t *piece, size_t length) {
  if (length > CTEXT_SHORT_PIECE) return ctext_long_hash(piece, length);
  ctext_key key = short_key(piece, length);
  return ctext_key_hash(key.low, key.high);
}

// Whether the slot holds the piece, wherever its ids are.
static int holds(const ctext_table *table, const ctext_slot *slot, const uint8_t *piece,
                 size_t length, uint64_t hash) {
  uint32_t kind = slot->kind & ~(uint32_t)(CTEXT_WIDE | CTEXT_FAR);
  if (length <= CTEXT_SHORT_PIECE) return kind == length && memcmp(slot->key, piece, length) == 0;
  uint32_t parts[3];  // hash, length, place
  memcpy(parts, slot->key, sizeof parts);
  return kind == CTEXT_LONG && parts[0] == (uint32_t)hash && parts[1] == length &&
         memcmp(table->arena + parts[2], piece, length) == 0;
}

static size_t write_ids(const ctext_table *table, const ctext_slot *slot, int32_t *ids) {
  if (slot->kind & CTEXT_FAR) {
    uint32_t place;
    memcpy(&place, slot->ids, sizeof place);
    memcpy(ids, table->arena + place, slot->count * sizeof *ids);
    return slot->count;
  }
  const ctext_slot *rest = ctext_neighbour(slot);
  const uint8_t *packed[] = {slot->ids, rest->ids, rest->key};
  for (size_t i = 0; i < slot->count; i++) {
    ids[i] = unpacked(packed[i / CTEXT_SLOT_IDS], i % CTEXT_SLOT_IDS);
  }
  return slot->count;
}

static int has_empty_slot(const ctext_slot *slot) {
  return slot->kind == CTEXT_EMPTY || ctext_neighbour(slot)->kind == CTEXT_EMPTY;
}

// Brings a piece from the second line of its bucket to its first slot, or, where wide slots are in
// the way, all of the second line: unless this has an empty slot, which no first line may get.
static void bring(ctext_slot *first, ctext_slot *slot) {
  if (!is_wide(first) && !is_wide(slot)) {
    ctext_slot found = *slot;
    *slot = *first;
    *first = found;
  } else if (!has_empty_slot(slot)) {
    ctext_slot line[2], *one = line_of(first), *other = line_of(slot);
    memcpy(line, one, sizeof line);
    memcpy(one, other, sizeof line);
    memcpy(other, line, sizeof line);
  }
}

size_t ctext_lookup_anywhere(const ctext_table *table, const uint8_t *piece, size_t length,
                             int32_t *ids) {
  if (length > CTEXT_LONG_PIECE) return 0;
  uint64_t hash = hash_of(piece, length);
  ctext_slot *first = first_slot(table, hash);
  for (size_t probe = 0; probe < CTEXT_PROBES; probe++) {
    if (probe == 2 && has_empty_slot(first)) return 0;
    ctext_slot *slot = probed(table, first, probe);
    if (!holds(table, slot, piece, length, hash)) continue;
    size_t count = write_ids(table, slot, ids);
    if (probe >= 2) bring(first, slot);
    return count;
  }
  return 0;
}

void ctext_lookup_prefetch(const ctext_table *table, const uint8_t *piece, size_t length) {
  ctext_slot *first = first_slot(table, hash_of(piece, length));
  __builtin_prefetch(first, 1);
  __builtin_prefetch(probed(table, first, 2), 1);
}

void ctext_lookup_insert(ctext_table *table, const uint8_t *piece, size_t length,
                         const int32_t *ids, size_t id_count) {
  if (length == 0 || length > CTEXT_LONG_PIECE || id_count > CTEXT_PIECE_IDS) return;
  int is_long = length > CTEXT_SHORT_PIECE;
  uint8_t width = width_of(ids, id_count);
  size_t ids_size = width == CTEXT_FAR ? id_count * sizeof *ids : 0;
  size_t needed = (is_long ? length : 0) + ids_size;
  if (needed > table->arena_capacity) return;
  if (needed > table->arena_capacity - table->arena_count) empty_arena(table);
  ctext_slot slot = {.count = (uint8_t)id_count}, rest = {.kind = CTEXT_REST};
  uint64_t hash = hash_of(piece, length);
  if (is_long) {
    uint32_t parts[3] = {(uint32_t)hash, (uint32_t)length, put(table, piece, length)};
    memcpy(slot.key, parts, sizeof parts);
  } else {
    memcpy(slot.key, piece, length);
  }
  slot.kind = (uint8_t)(is_long ? CTEXT_LONG : length) | width;
  if (width == CTEXT_FAR) {
    uint32_t place = put(table, ids, ids_size);
    memcpy(slot.ids, &place, sizeof place);
  } else {
    pack(slot.ids, ids, id_count);
  }
  ctext_slot *place = place_for(table, hash, width == CTEXT_WIDE);
  *place = slot;
  if (width != CTEXT_WIDE) return;
  pack(rest.ids, ids + CTEXT_SLOT_IDS, id_count - CTEXT_SLOT_IDS);
  if (id_count > 2 * CTEXT_SLOT_IDS) {
    pack(rest.key, ids + 2 * CTEXT_SLOT_IDS, id_count - 2 * CTEXT_SLOT_IDS);
  }
  place[1] = rest;
}
