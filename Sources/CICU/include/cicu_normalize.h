// Normalization form C (UAX #15). Text is UTF-8 outside and UTF-16 inside, as ICU's C interface
// wants it. Status codes are ICU's (<= 0: fine).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// Whether valid UTF-8 is in form C: 1 yes, 0 no, or a negative number where ICU failed.
int32_t cicu_nfc_is_normalized(const uint8_t *utf8, size_t length);

/// Writes the form C of valid UTF-8 to `output` and returns its length; a length above `capacity`
/// says how much room is needed (nothing useful was written); SIZE_MAX where ICU failed.
size_t cicu_nfc_normalize(const uint8_t *utf8, size_t length, uint8_t *output, size_t capacity);

/// Whether text can be cut before the scalar, so that both sides normalize by themselves.
int32_t cicu_nfc_has_boundary_before(uint32_t scalar);
