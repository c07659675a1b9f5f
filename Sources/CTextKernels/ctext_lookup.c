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
    if (slot->kind == CTEXT_EMPTY || slot->kind == CTEXT_KIND_GONE) return slot;
  }
  return &table->slots[(hash & table->mask) ^ (table->turn++ % CTEXT_PROBES)];
}

static void forget_long_pieces(ctext_table *table) {
  for (uint64_t i = 0; i <= table->mask; i++) {
    if (table->slots[i].kind == CTEXT_KIND_LONG) table->slots[i].kind = CTEXT_KIND_GONE;
  }
  table->arena_count = 0;
}

void ctext_lookup_insert(ctext_table *table, const uint8_t *piece, size_t length,
                         const int32_t *ids, size_t id_count) {
  if (length == 0 || length > CTEXT_LONG_PIECE || id_count > CTEXT_SLOT_IDS) return;
  uint8_t key[16] = {0};
  uint64_t hash;
  if (length <= CTEXT_SHORT_PIECE) {
    uint64_t halves[2];
    memcpy(key, piece, length);
    memcpy(halves, key, 16);
    hash = ctext_fold(halves[0], halves[1]);
  } else {
    if (length > table->arena_capacity) return;
    if (length > table->arena_capacity - table->arena_count) forget_long_pieces(table);
    uint32_t place[2] = {(uint32_t)length, table->arena_count};
    hash = ctext_long_hash(piece, length);
    memcpy(key, &hash, 8);
    memcpy(key + 8, place, 8);
    memcpy(table->arena + table->arena_count, piece, length);
    table->arena_count += (uint32_t)length;
  }
  ctext_slot *slot = place_for(table, hash);
  memset(slot, 0, sizeof *slot);
  memcpy(slot->ids, ids, id_count * sizeof *ids);
  slot->count = (uint8_t)id_count;
  slot->kind = length <= CTEXT_SHORT_PIECE ? (uint8_t)length : CTEXT_KIND_LONG;
  memcpy(slot->key, key, 16);
}
