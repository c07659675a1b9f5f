// Counts what a process takes from the heap: an executable that links this has its malloc replaced by
// one that counts and then calls the C library's.
#pragma once
#include <stdint.h>

// Requests of at least this many bytes are counted as large. Code that is not optimized puts the frames of
// its iterators, of up to 48 bytes, on the heap; what a step would take for itself is larger.
enum { CALLOCATION_LARGE = 64 };

typedef struct {
  int64_t calls;
  int64_t bytes;
  int64_t large_calls;
} callocation_count;

// What was taken since the process began, by all threads.
callocation_count callocation_now(void);
