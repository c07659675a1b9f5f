// The table that remembers how pieces of text become tokens.
//
// A piece is found by its bytes, and its tokens are written out, without looking at a merge: text
// repeats itself, and the few thousand most frequent pieces are nearly all of it. The table decides
// nothing: a piece that is not in it is reported, the caller encodes it by merges and puts it in.
//
//   byte   0           44      45     46     48                64
//   slot   | 11 × id   | count | kind | 0 0  | key             |     one cache line
//
//   kind 0        the slot is empty
//   kind 1 … 16   the piece has so many bytes; the key is these bytes, with zeros behind them
//   kind 17       a longer piece: the key is its hash (8 bytes), its length (4) and where its bytes
//                 begin in the arena (4)
//   kind 18       the slot held a longer piece that the arena no longer has: it matches nothing
//
// A piece lies in one of the four slots of its bucket (256 bytes, aligned): the slots `hash ^ 0`, `hash ^ 1`,
// `hash ^ 2`, `hash ^ 3`, in this order. In which of them it lies makes no difference to
// what is found, so that two pieces of a bucket may change places.
#ifndef CTEXT_LOOKUP_H
#define CTEXT_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

enum {
  CTEXT_SLOT_IDS = 11,        // the most tokens of a remembered piece
  CTEXT_SHORT_PIECE = 16,     // the longest piece whose bytes stand in its slot
  CTEXT_LONG_PIECE = 256,     // the longest piece that is remembered
  CTEXT_PROBES = 4,           // the slots in which a piece may lie
  CTEXT_IDS_SLACK = 16,       // ids that may be written behind the last one
};

#define CTEXT_REMOVED ((uint32_t)1 << 31)

typedef struct {
  int32_t ids[CTEXT_SLOT_IDS];
  uint8_t count;
  uint8_t kind;
  uint16_t zero;
  uint8_t key[16];
} ctext_slot;

typedef struct {
  ctext_slot *slots;        // 64-byte aligned, zeroed at first
  uint64_t mask;            // the number of slots, a power of two from 4 on, less 1
  uint8_t *arena;           // the bytes of long pieces
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
// piece 0 begins at `start`. Writes the ids to ids[0], ids[1], … (room for 11 a piece and
// CTEXT_IDS_SLACK more), and their number to `id_count`. Returns how many pieces it encoded: it
// stops before the first that the table does not hold, or whose end has the bit CTEXT_REMOVED: that
// text belongs to no piece. No piece is empty.
typedef size_t (*ctext_lookup)(const ctext_table *table, const uint8_t *text, size_t text_count,
                               uint32_t start, const uint32_t *ends, size_t piece_count,
                               int32_t *ids, size_t *id_count);

// The best instruction set of this machine, and the kernel for one.
int ctext_lookup_best_isa(void);
ctext_lookup ctext_lookup_for(int isa);

// Puts a piece in. Pieces of more than CTEXT_LONG_PIECE bytes or CTEXT_SLOT_IDS tokens are left
// out. When all slots of a piece are taken, one of them is replaced, in turn; when the arena is
// full, all long pieces are forgotten.
void ctext_lookup_insert(ctext_table *table, const uint8_t *piece, size_t length,
                         const int32_t *ids, size_t id_count);

#endif
