// ICU's charset converters, as streams from bytes to UTF-16 with the byte behind each unit. A
// converter holds state between calls: the bytes of a cut character, ISCII's current script.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct cicu_converter cicu_converter;

/// Opens the converter that ICU knows by this name; NULL where there is none.
cicu_converter *cicu_converter_open(const char *name);
void cicu_converter_close(cicu_converter *converter);

/// Converts up to `length` bytes (at most 2^28) into at most `capacity` units. `offsets[i]` is the
/// byte of this call at which unit `i` began, or -1 where that was in an earlier call. Bytes that mean nothing give U+FFFD. Sets
/// `consumed`. `is_last` says that no more bytes follow. Returns the number of units, or -1 where
/// ICU failed; a full output is no failure: call again with the rest.
int32_t cicu_converter_decode(
    cicu_converter *converter, const uint8_t *bytes, size_t length, int32_t is_last,
    uint16_t *units, int32_t *offsets, size_t capacity, size_t *consumed);
