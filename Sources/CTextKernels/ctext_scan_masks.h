// The masks of a block of 64 bytes.
#ifndef CTEXT_SCAN_MASKS_H
#define CTEXT_SCAN_MASKS_H

#include <stdint.h>

// Bit i stands for byte i. All bytes of a character have its class.
typedef struct {
  uint64_t letter, number, space, newline, punctuation, flag20, flag40, flag80;  // class bits
  uint64_t starts;  // first bytes of characters
  uint64_t ascii;   // bytes below 0x80
} block_masks;

#endif
