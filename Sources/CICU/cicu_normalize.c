#include "cicu_normalize.h"
#include <stdlib.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

// ICU counts in int32_t; a UTF-8 text has at least as many bytes as UTF-16 units.
static UChar *to_utf16(const uint8_t *utf8, size_t length, int32_t *units) {
  if (length > INT32_MAX / 4) return NULL;
  UErrorCode status = U_ZERO_ERROR;
  UChar *text = malloc((length + 1) * sizeof(UChar));
  if (text == NULL) return NULL;
  u_strFromUTF8(text, (int32_t)length + 1, units, (const char *)utf8, (int32_t)length, &status);
  if (U_SUCCESS(status)) return text;
  free(text);
  return NULL;
}

int32_t cicu_nfc_is_normalized(const uint8_t *utf8, size_t length) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
  int32_t units = 0;
  UChar *text = to_utf16(utf8, length, &units);
  if (text == NULL) return -1;
  UBool result = unorm2_isNormalized(nfc, text, units, &status);
  free(text);
  return U_SUCCESS(status) ? result != 0 : -1;
}

size_t cicu_nfc_normalize(const uint8_t *utf8, size_t length, uint8_t *output, size_t capacity) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *nfc = unorm2_getNFCInstance(&status);
  int32_t units = 0;
  UChar *text = to_utf16(utf8, length, &units);
  if (text == NULL) return SIZE_MAX;
  // Form C makes UTF-16 at most three times as long (UAX #15, "Maximum expansion factor").
  int32_t room = units <= INT32_MAX / 3 - 1 ? 3 * units + 1 : INT32_MAX;
  UChar *normal = malloc((size_t)room * sizeof(UChar));
  size_t result = SIZE_MAX;
  if (normal != NULL) {
    int32_t count = unorm2_normalize(nfc, text, units, normal, room, &status);
    int32_t written = 0;
    if (U_SUCCESS(status)) {
      int32_t limit = capacity > INT32_MAX ? INT32_MAX : (int32_t)capacity;
      u_strToUTF8((char *)output, limit, &written, normal, count, &status);
      if (U_SUCCESS(status) || status == U_BUFFER_OVERFLOW_ERROR) result = (size_t)written;
    }
  }
  free(normal);
  free(text);
  return result;
}

int32_t cicu_nfc_has_boundary_before(uint32_t scalar) {
  UErrorCode status = U_ZERO_ERROR;
  return unorm2_hasBoundaryBefore(unorm2_getNFCInstance(&status), (UChar32)scalar) != 0;
}
