// Unicode's four normalization forms (UAX #15). Text is UTF-8 outside and UTF-16 inside, as ICU's C
// interface wants it.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// A normalization form.
typedef enum {
  CICU_FORM_NFC = 0,
  CICU_FORM_NFD = 1,
  CICU_FORM_NFKC = 2,
  CICU_FORM_NFKD = 3
} cicu_form;

/// Writes the form of valid UTF-8 to `output` and returns its length; a length above `capacity`
/// says how much room is needed (nothing useful was written); SIZE_MAX where ICU failed.
size_t cicu_form_normalize(
    cicu_form form, const uint8_t *utf8, size_t length, uint8_t *output, size_t capacity);

/// Whether text can be cut before the scalar, so that both sides normalize by themselves.
int32_t cicu_form_has_boundary_before(cicu_form form, uint32_t scalar);
