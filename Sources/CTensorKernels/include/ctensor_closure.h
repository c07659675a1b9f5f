// A Swift closure that does not escape, held while the call that was given it lasts.
//
// Why: Swift stores a closure only if it may escape, and making it so takes memory, once for every
// operation of a step. The calling thread waits inside `WorkerPool.run` until all workers are done, so
// its closure may be called through the two words that it is passed as. Swift's calling convention,
// `swiftcc`, is part of its ABI, and clang's attributes name it.
#pragma once
#include <stdint.h>

// The two words of a closure `(Int, Int) -> Void`.
typedef struct {
  void *_Nullable function;
  void *_Nullable context;
} ctensor_closure;

// `ctensor_closure_hold` writes the words of a closure; Swift declares it (`WorkerPool.swift`), for it
// takes a Swift closure.

// Calls the closure. It must still be alive.
void ctensor_closure_call(const ctensor_closure *_Nonnull closure, int64_t unit, int64_t worker);
