// The table that remembers how pieces of text become tokens.
//
// A piece is found by its bytes, and its tokens are written out, without looking at a merge: text
// repeats itself, and the few thousand most frequent pieces are nearly all of it. The table decides
// nothing: a piece that is not in it is reported, the caller encodes it by merges and puts it in.
//
//   byte   0               15               16        32
//   slot   | 6 × 20 bits   | kind | count   | key     |     half a cache line
//          | of ids        | 5 + 3 bits     |         |
//
//   kind 0        the slot is empty
//   kind 1 … 16   the piece has so many bytes; the key is these bytes, with zeros behind them
//   kind 17       a longer piece: the key is its hash (8 bytes), its length (4) and where its bytes
//                 begin in the arena (4)
//   kind 18       the slot held something that the arena no longer has: it matches nothing
//
//   count 0 … 6   so many ids, each below 2^20, the first in the lowest bits
//   count 7       more or larger ids: bytes 0 … 3 say where they begin in the arena, byte 4 how many
//                 there are
//
// Slots are small because text has more pieces than the second-level cache has lines: of 32 bytes
// twice as many of them are near.
//
// A piece lies in one of the four slots of its bucket (128 bytes, aligned): the slots `hash ^ 0`,
// `hash ^ 1`, `hash ^ 2`, `hash ^ 3`, in this order. In which of them it lies makes no difference to
// what is found, so that two pieces of a bucket may change places.
#ifndef CTEXT_LOOKUP_H
#define CTEXT_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

enum {
  CTEXT_SLOT_IDS = 6,         // the most tokens that stand in a slot
  CTEXT_PIECE_IDS = 32,       // the most tokens of a remembered piece
  CTEXT_SHORT_PIECE = 16,     // the longest piece whose bytes stand in its slot
  CTEXT_LONG_PIECE = 256,     // the longest piece that is remembered
  CTEXT_PROBES = 4,           // the slots in which a piece may lie
  CTEXT_IDS_SLACK = 16,       // ids that may be written behind the last one
};

#define CTEXT_REMOVED ((uint32_t)1 << 31)

typedef struct {
  uint8_t ids[15];
  uint8_t kind_and_count;  // the kind in the lower five bits
  uint8_t key[16];
} ctext_slot;

typedef struct {
  ctext_slot *slots;        // aligned to buckets, zeroed at first
  uint64_t mask;            // the number of slots, a power of two from 4 on, less 1
  uint8_t *arena;           // the bytes of long pieces, and the ids of those with many
  uint32_t arena_capacity;  // its size
  uint32_t arena_count;     // the part of it that is used
  uint32_t turn;            // which slot is replaced next
} ctext_table;

// Empty slots, in huge pages where the system gives them, so that a probe needs no walk through
// page tables; untouched ones take no memory. NULL if there is none.
ctext_slot *ctext_lookup_new_slots(size_t count);
void ctext_lookup_free_slots(ctext_slot *slots, size_t count);

// The instruction sets that the kernels are compiled for.
enum { CTEXT_LOOKUP_SCALAR = 0, CTEXT_LOOKUP_AVX2 = 1, CTEXT_LOOKUP_AVX512 = 2 };

// Encodes pieces of `text`, of `text_count` bytes: piece i is text[ends[i - 1]] … text[ends[i] - 1],
// piece 0 begins at `start`. Writes the ids to ids[0], ids[1], … (room for CTEXT_PIECE_IDS a piece and
// CTEXT_IDS_SLACK more), and their number to `id_count`. Returns how many pieces it encoded: it
// stops before the first that the table does not hold, or whose end has the bit CTEXT_REMOVED: that
// text belongs to no piece. No piece is empty.
typedef size_t (*ctext_lookup)(const ctext_table *table, const uint8_t *text, size_t text_count,
                               uint32_t start, const uint32_t *ends, size_t piece_count,
                               int32_t *ids, size_t *id_count);

// The best instruction set of this machine, and the kernel for one.
int ctext_lookup_best_isa(void);
ctext_lookup ctext_lookup_for(int isa);

// Asks for the memory in which a piece will be looked for: whoever puts in many pieces asks some of
// them ahead, and waits for none.
void ctext_lookup_prefetch(const ctext_table *table, const uint8_t *piece, size_t length);

// Puts a piece in. Pieces of more than CTEXT_LONG_PIECE bytes or CTEXT_PIECE_IDS tokens are left
// out. When all slots of a piece are taken, one of them is replaced, in turn; when the arena is
// full, all pieces that use it are forgotten.
void ctext_lookup_insert(ctext_table *table, const uint8_t *piece, size_t length,
                         const int32_t *ids, size_t id_count);

#endif
