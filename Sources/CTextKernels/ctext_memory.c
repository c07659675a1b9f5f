#define _DEFAULT_SOURCE
#include "ctext_memory.h"

#include <stdint.h>
#include <sys/mman.h>

// The address sanitizer does not watch memory that is not from malloc: it is told here that nothing may be touched behind the end, not
// even on a page of its own.
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#include <sanitizer/asan_interface.h>
#define WATCHED 1
#endif
#endif
#ifndef WATCHED
#define WATCHED 0
#define ASAN_POISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#define ASAN_UNPOISON_MEMORY_REGION(memory, size) ((void)(memory), (void)(size))
#endif

enum { PAGE = 4096, HUGE = 2 << 20, GUARD = WATCHED ? PAGE : 0 };

static size_t whole_pages(size_t size) { return (size + PAGE - 1) / PAGE * PAGE + GUARD; }

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
  ASAN_POISON_MEMORY_REGION(memory + before + size, pages - size);
  return memory + before;
}

void ctext_memory_free(void *memory, size_t size) {
  if (memory == NULL) return;
  ASAN_UNPOISON_MEMORY_REGION(memory, whole_pages(size));
  munmap(memory, whole_pages(size));
}
