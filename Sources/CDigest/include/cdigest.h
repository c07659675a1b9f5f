// SHA-256 of two contents at a time, for processors with the SHA instructions.
//
// A round waits some four cycles for the one before it, while the processor could begin another every two:
// one content alone leaves half of its time unused, and cannot be cut up, since each block needs the
// state that the one before it left. A second content fills the gaps.
//
//   one    a0 ·· a1 ·· a2 ·· a3 ··
//   two    a0 b0 a1 b1 a2 b2 a3 b3
//
// Only whole blocks; padding and everything else are the caller's.
// Sources: FIPS 180-4; Intel, "Intel SHA Extensions" (2013).
#ifndef CDIGEST_H
#define CDIGEST_H

#include <stddef.h>
#include <stdint.h>

enum { CDIGEST_BLOCK = 64 };

// Whether the processor has the instructions; without them the others must not be called.
int cdigest_is_there(void);

// Takes `count` blocks into a state of eight words.
void cdigest_one(uint32_t state[8], const uint8_t *blocks, size_t count);

// Takes `count` blocks each into two states.
void cdigest_two(uint32_t first[8], const uint8_t *first_blocks, uint32_t second[8],
                 const uint8_t *second_blocks, size_t count);

#endif
