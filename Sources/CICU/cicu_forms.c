#include "cicu_forms.h"
#include <stdlib.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>

// ICU's instances are made once, live for ever and may be shared by threads.
static const UNormalizer2 *instance(cicu_form form, UErrorCode *status) {
  switch (form) {
  case CICU_FORM_NFC: return unorm2_getNFCInstance(status);
  case CICU_FORM_NFD: return unorm2_getNFDInstance(status);
  case CICU_FORM_NFKC: return unorm2_getNFKCInstance(status);
  case CICU_FORM_NFKD: return unorm2_getNFKDInstance(status);
  }
  *status = U_ILLEGAL_ARGUMENT_ERROR;
  return NULL;
}

size_t cicu_form_normalize(
    cicu_form form, const uint8_t *utf8, size_t length, uint8_t *output, size_t capacity) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *normalizer = instance(form, &status);
  if (U_FAILURE(status) || length > INT32_MAX / 20) return SIZE_MAX;
  // A UTF-8 text has at least as many bytes as UTF-16 units, and NFKD, the longest form, makes at
  // most 18 units of one (UAX #15, "Maximum expansion factor").
  int32_t room = 18 * (int32_t)length + 1, units = 0, written = 0;
  UChar *text = malloc((length + 1 + (size_t)room) * sizeof(UChar));
  if (text == NULL) return SIZE_MAX;
  UChar *normal = text + length + 1;
  u_strFromUTF8(text, (int32_t)length + 1, &units, (const char *)utf8, (int32_t)length, &status);
  int32_t count = unorm2_normalize(normalizer, text, units, normal, room, &status);
  int32_t limit = capacity > INT32_MAX ? INT32_MAX : (int32_t)capacity;
  if (U_SUCCESS(status)) {
    u_strToUTF8((char *)output, limit, &written, normal, count, &status);
  }
  free(text);
  return U_SUCCESS(status) || status == U_BUFFER_OVERFLOW_ERROR ? (size_t)written : SIZE_MAX;
}

int32_t cicu_form_has_boundary_before(cicu_form form, uint32_t scalar) {
  UErrorCode status = U_ZERO_ERROR;
  const UNormalizer2 *normalizer = instance(form, &status);
  return U_SUCCESS(status) && unorm2_hasBoundaryBefore(normalizer, (UChar32)scalar) != 0;
}
