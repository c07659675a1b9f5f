#include "cicu_convert.h"
#include <unicode/ucnv.h>

cicu_converter *cicu_converter_open(const char *name) {
  UErrorCode status = U_ZERO_ERROR;
  UConverter *converter = ucnv_open(name, &status);
  return U_SUCCESS(status) ? (cicu_converter *)converter : NULL;
}

void cicu_converter_close(cicu_converter *converter) { ucnv_close((UConverter *)converter); }

int32_t cicu_converter_decode(
    cicu_converter *converter, const uint8_t *bytes, size_t length, int32_t is_last,
    uint16_t *units, int32_t *offsets, size_t capacity, size_t *consumed) {
  // ICU wants a source even where nothing is left but what it holds itself.
  static const uint8_t nothing = 0;
  if (bytes == NULL) bytes = &nothing;
  UErrorCode status = U_ZERO_ERROR;
  UChar *target = (UChar *)units;
  const char *source = (const char *)bytes;
  ucnv_toUnicode(
      (UConverter *)converter, &target, (UChar *)units + capacity, &source,
      (const char *)bytes + length, offsets, is_last != 0, &status);
  *consumed = (size_t)((const uint8_t *)source - bytes);
  if (U_FAILURE(status) && status != U_BUFFER_OVERFLOW_ERROR) return -1;
  return (int32_t)(target - (UChar *)units);
}
