// A hint to the memory system, which Swift has no word for.
#ifndef CTEXT_PREFETCH_H
#define CTEXT_PREFETCH_H

// Asks for the cache line at `address`, which is soon written. Any address will do.
static inline void ctext_prefetch(const void *address) { __builtin_prefetch(address, 1); }

#endif
