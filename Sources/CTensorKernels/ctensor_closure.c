#include "ctensor_closure.h"

// How Swift passes the two words of a closure, and calls it: the context in a register of its own.
#define SWIFT_CALL __attribute__((swiftcall))
typedef SWIFT_CALL void (*unit_function)(
    int64_t unit, int64_t worker, __attribute__((swift_context)) void *context);

SWIFT_CALL void ctensor_closure_hold(
    unit_function function, void *context, ctensor_closure *place) {
  place->function = (void *)function;
  place->context = context;
}

void ctensor_closure_call(const ctensor_closure *closure, int64_t unit, int64_t worker) {
  ((unit_function)closure->function)(unit, worker, closure->context);
}
