#define _DEFAULT_SOURCE
#include "ctext_memory.h"

#include <stdint.h>
#include <sys/mman.h>

enum { PAGE = 4096, HUGE = 2 << 20 };

static size_t whole_pages(size_t size) { return (size + PAGE - 1) / PAGE * PAGE; }

// Huge pages begin at multiples of their size: 2 MiB more are asked for, and the ends given back.
void *ctext_memory_new(size_t size) {
  size_t pages = whole_pages(size), all = pages + HUGE;
  if (size == 0 || all < size) return NULL;
  char *memory = mmap(NULL, all, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  size_t before = (HUGE - (uintptr_t)memory % HUGE) % HUGE;
  if (before > 0) munmap(memory, before);
  if (before < HUGE) munmap(memory + before + pages, HUGE - before);
#if defined(MADV_HUGEPAGE)
  if (pages >= HUGE) madvise(memory + before, pages, MADV_HUGEPAGE);
#endif
  return memory + before;
}

void ctext_memory_free(void *memory, size_t size) {
  if (memory != NULL) munmap(memory, whole_pages(size));
}
