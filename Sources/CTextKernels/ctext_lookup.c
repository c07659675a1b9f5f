// The choice of the lookup's instruction set, and insertion, which is the same for all.
#define _DEFAULT_SOURCE
#include "ctext_lookup.h"

#include <sys/mman.h>

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
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("bmi2")) {
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

// Huge pages begin at multiples of their size: 2 MiB more are asked for, and the ends given back.
ctext_slot *ctext_lookup_new_slots(size_t count) {
  const size_t huge = 2u << 20, size = count * sizeof(ctext_slot);
  char *memory = mmap(NULL, size + huge, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  size_t before = (huge - (uintptr_t)memory % huge) % huge;
  if (before > 0) munmap(memory, before);
  size_t page = 4096, end = (before + size + page - 1) / page * page;
  if (end < size + huge) munmap(memory + end, size + huge - end);
#if defined(MADV_HUGEPAGE)
  if (size >= huge) madvise(memory + before, size, MADV_HUGEPAGE);
#endif
  return (ctext_slot *)(memory + before);
}

void ctext_lookup_free_slots(ctext_slot *slots, size_t count) {
  munmap(slots, count * sizeof(ctext_slot));
}

// The slot for a new piece: the first empty one of its slots, else the next in turn.
static ctext_slot *place_for(ctext_table *table, uint64_t hash) {
  for (uint64_t probe = 0; probe < CTEXT_PROBES; probe++) {
    ctext_slot *slot = &table->slots[(hash & table->mask) ^ probe];
    if (ctext_kind(slot) == CTEXT_EMPTY || ctext_kind(slot) == CTEXT_KIND_GONE) return slot;
  }
  return &table->slots[(hash & table->mask) ^ (table->turn++ % CTEXT_PROBES)];
}

static void empty_arena(ctext_table *table) {
  for (uint64_t i = 0; i <= table->mask; i++) {
    ctext_slot *slot = &table->slots[i];
    if (ctext_kind(slot) == CTEXT_KIND_LONG || ctext_count(slot) == CTEXT_COUNT_IN_ARENA) {
      slot->kind_and_count = CTEXT_KIND_GONE;
    }
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

// Whether all ids stand in a slot.
static int fits_slot(const int32_t *ids, size_t count) {
  uint32_t all = 0;
  for (size_t i = 0; i < count; i++) all |= (uint32_t)ids[i];
  return count <= CTEXT_SLOT_IDS && all >> CTEXT_ID_BITS == 0;
}

// Writes ids of 20 bits, one behind the other: two of them are five bytes.
static void pack(ctext_slot *slot, const int32_t *ids, size_t count) {
  for (size_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)ids[i] << (i % 2 * 4);
    for (size_t byte = 0; byte < 3; byte++) {
      slot->ids[i * CTEXT_ID_BITS / 8 + byte] |= (uint8_t)(bits >> 8 * byte);
    }
  }
}

// The hash of a piece of at most CTEXT_SHORT_PIECE bytes, and its key.
static uint64_t short_hash(const uint8_t *piece, size_t length, uint8_t key[CTEXT_SHORT_PIECE]) {
  uint64_t halves[2];
  memcpy(key, piece, length);
  memcpy(halves, key, 16);
  return ctext_fold(halves[0], halves[1]);
}

void ctext_lookup_prefetch(const ctext_table *table, const uint8_t *piece, size_t length) {
  uint8_t key[CTEXT_SHORT_PIECE] = {0};
  uint64_t hash = length > CTEXT_SHORT_PIECE ? ctext_long_hash(piece, length)
                                             : short_hash(piece, length, key);
  // A bucket is two cache lines.
  const ctext_slot *bucket = &table->slots[hash & table->mask & ~(uint64_t)(CTEXT_PROBES - 1)];
  __builtin_prefetch(bucket, 1);
  __builtin_prefetch(bucket + CTEXT_PROBES / 2, 1);
}

void ctext_lookup_insert(ctext_table *table, const uint8_t *piece, size_t length,
                         const int32_t *ids, size_t id_count) {
  if (length == 0 || length > CTEXT_LONG_PIECE || id_count > CTEXT_PIECE_IDS) return;
  int is_long = length > CTEXT_SHORT_PIECE, fits = fits_slot(ids, id_count);
  size_t needed = (is_long ? length : 0) + (fits ? 0 : (id_count + 7) / 8 * 32);
  if (needed > table->arena_capacity) return;
  if (needed > table->arena_capacity - table->arena_count) empty_arena(table);
  ctext_slot slot = {0};
  uint64_t hash;
  if (is_long) {
    hash = ctext_long_hash(piece, length);
    uint32_t place[2] = {(uint32_t)length, put(table, piece, length)};
    memcpy(slot.key, &hash, 8);
    memcpy(slot.key + 8, place, 8);
  } else {
    hash = short_hash(piece, length, slot.key);
  }
  if (fits) {
    pack(&slot, ids, id_count);
  } else {
    int32_t all[(CTEXT_PIECE_IDS + 7) / 8 * 8] = {0};
    memcpy(all, ids, id_count * sizeof *ids);
    uint32_t place = put(table, all, (id_count + 7) / 8 * 32);
    memcpy(slot.ids, &place, 4);
    slot.ids[4] = (uint8_t)id_count;
  }
  uint32_t kind = is_long ? CTEXT_KIND_LONG : (uint32_t)length;
  slot.kind_and_count = (uint8_t)(kind | (fits ? id_count : CTEXT_COUNT_IN_ARENA) << 5);
  *place_for(table, hash) = slot;
}
