#ifndef CTEXT_PREFETCH_H
#define CTEXT_PREFETCH_H

/// Asks for the cache line at `address`, which may be anything. Swift has no word for it.
static inline void ctext_prefetch(const void *address) { __builtin_prefetch(address); }

#endif
