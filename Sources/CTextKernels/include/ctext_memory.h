// Memory in huge pages, which Swift's allocators do not give.
#ifndef CTEXT_MEMORY_H
#define CTEXT_MEMORY_H

#include <stddef.h>

// `size` bytes, all zero, aligned to pages, in huge pages where the system gives them: a look-up at
// random needs no walk through page tables then, and the first touch of 2 MiB costs one fault rather
// than 512. Untouched pages take no memory. NULL if there is none.
void *ctext_memory_new(size_t size);

// Gives back what `ctext_memory_new` gave for the same size.
void ctext_memory_free(void *memory, size_t size);

#endif
