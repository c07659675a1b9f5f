// The table that remembers how pieces of text become tokens.
//
// A piece is found by its bytes, and its tokens are written out, without looking at a merge: text
// repeats itself, and the few thousand most frequent pieces are nearly all of it. The table decides
// nothing: a piece that is not in it is reported, the caller encodes it by merges and puts it in.
//
//   byte   0               15      16            31
//   slot   | 6 × 20 bits   | count | key         | kind |     half a cache line
//          | of ids        |       | 15 bytes    |      |
//
//   kind 0        the slot is empty
//   kind 1 … 15   the piece has so many bytes; the key is these bytes, with zeros behind them
//   kind 16       a longer piece: the key is four bytes each of its hash, of its length, and of where
//                 its bytes begin in the arena
//   kind 17       the slot held something that the table no longer has: it matches nothing
//   kind 18       the slot is the second half of a wide one
//
// To a kind up to 16 one of these bits may be added:
//
//   CTEXT_WIDE    the piece has 7 to 18 ids: 6 stand here, the rest in the other slot of this cache
//                 line, in its bytes 0 … 14 and 16 … 30. A wide slot is the first of its line.
//   CTEXT_FAR     more or larger ids: bytes 0 … 3 say where they begin in the arena
//
// A piece whose slot has the kind that its length says, without these bits, takes the short way.
//
// Slots are small because text has more pieces than the second-level cache has lines: of 32 bytes
// twice as many of them are near. What a piece needs stands in one cache line, which is asked for
// ahead: of what was not asked for, one use in thirty pieces doubled the time of all.
//
// A piece lies in one of the four slots of its bucket (two cache lines): the slots `hash ^ 0`,
// `hash ^ 1`, `hash ^ 2`, `hash ^ 3`, in this order, where `hash` is the highest bits of its hash. In
// which of them it lies makes no difference to what is found, so that two pieces of a line, or two
// lines of a bucket, may change places.
#ifndef CTEXT_LOOKUP_H
#define CTEXT_LOOKUP_H

#include <stddef.h>
#include <stdint.h>

enum {
  CTEXT_SLOT_IDS = 6,         // the most tokens that stand in a slot
  CTEXT_WIDE_IDS = 18,        // and in the two slots of a line
  CTEXT_PIECE_IDS = 32,       // the most tokens of a remembered piece
  CTEXT_SHORT_PIECE = 15,     // the longest piece whose bytes stand in its slot
  CTEXT_LONG_PIECE = 256,     // the longest piece that is remembered
  CTEXT_PROBES = 4,           // the slots in which a piece may lie
  CTEXT_IDS_SLACK = 16,       // ids that may be written behind the last one
};

#define CTEXT_REMOVED ((uint32_t)1 << 31)

typedef struct {
  uint8_t ids[15];
  uint8_t count;
  uint8_t key[15];
  uint8_t kind;
} ctext_slot;

// Writes the ids of a piece that the table does not hold, of at most CTEXT_PIECE_IDS bytes (so that it
// has no more ids), and returns their number; may put it into the table. Without it the lookup would
// stop at each such piece, and prepare those behind it once more.
typedef size_t (*ctext_missing)(void *context, const uint8_t *piece, size_t length, int32_t *ids);

typedef struct {
  ctext_slot *slots;        // aligned to buckets, zeroed at first; best in huge pages
  uint32_t shift;           // 64 less the binary logarithm of the number of slots: 2^2 to 2^27
  uint8_t *arena;           // the bytes of long pieces, and the ids of those with many
  uint32_t arena_capacity;  // its size
  uint32_t arena_count;     // the part of it that is used
  uint32_t turn;            // which slot is replaced next
  ctext_missing missing;    // who is asked for pieces that are not there; may be NULL
  void *context;            // goes to `missing`
} ctext_table;

// The instruction sets that the kernels are compiled for.
enum { CTEXT_LOOKUP_SCALAR = 0, CTEXT_LOOKUP_AVX2 = 1, CTEXT_LOOKUP_AVX512 = 2 };

// Encodes pieces of `text`, of `text_count` bytes: piece i is text[ends[i - 1]] … text[ends[i] - 1],
// piece 0 begins at `start`. Writes the ids to ids[0], ids[1], … (room for CTEXT_PIECE_IDS a piece and
// CTEXT_IDS_SLACK more), and their number to `id_count`. Returns how many pieces it encoded: it
// stops before the first that neither the table nor `missing` knows, or whose end has the bit
// CTEXT_REMOVED: that text belongs to no piece. No piece is empty.
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
