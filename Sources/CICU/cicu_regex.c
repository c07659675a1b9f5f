#include "cicu_regex.h"
#include <stdlib.h>
#include <unicode/uregex.h>
#include <unicode/ustring.h>
#include <unicode/utext.h>

struct cicu_regex {
  URegularExpression *regex;
  UText *text;
};

static cicu_regex *wrap(URegularExpression *regex) {
  cicu_regex *result = regex == NULL ? NULL : malloc(sizeof *result);
  if (result == NULL) {
    uregex_close(regex);
    return NULL;
  }
  result->regex = regex;
  result->text = NULL;
  return result;
}

cicu_regex *cicu_regex_open(
    const uint8_t *pattern, size_t length, int32_t literal, const char **error, int32_t *offset) {
  UErrorCode status = U_ZERO_ERROR;
  UParseError where = {.offset = -1};
  uint32_t flags = literal ? UREGEX_LITERAL : UREGEX_MULTILINE | UREGEX_UNIX_LINES;
  URegularExpression *regex = NULL;
  UText *text = utext_openUTF8(NULL, (const char *)pattern, (int64_t)length, &status);
  if (U_SUCCESS(status)) regex = uregex_openUText(text, flags, &where, &status);
  utext_close(text);
  // The stack for going back lies on the heap; a long text may need much of it.
  if (U_SUCCESS(status)) uregex_setStackLimit(regex, 0, &status);
  *error = u_errorName(status);
  *offset = where.offset;
  if (U_SUCCESS(status)) return wrap(regex);
  uregex_close(regex);
  return NULL;
}

cicu_regex *cicu_regex_clone(const cicu_regex *regex) {
  UErrorCode status = U_ZERO_ERROR;
  URegularExpression *copy = uregex_clone(regex->regex, &status);
  if (U_SUCCESS(status)) uregex_setStackLimit(copy, 0, &status);
  return U_SUCCESS(status) ? wrap(copy) : NULL;
}

void cicu_regex_close(cicu_regex *regex) {
  if (regex == NULL) return;
  uregex_close(regex->regex);
  utext_close(regex->text);
  free(regex);
}

int32_t cicu_regex_set_text(cicu_regex *regex, const uint8_t *text, size_t length) {
  UErrorCode status = U_ZERO_ERROR;
  regex->text = utext_openUTF8(regex->text, (const char *)text, (int64_t)length, &status);
  uregex_setUText(regex->regex, regex->text, &status);
  return U_SUCCESS(status);
}

int32_t cicu_regex_next(cicu_regex *regex, size_t *start, size_t *end) {
  UErrorCode status = U_ZERO_ERROR;
  UBool found = uregex_findNext(regex->regex, &status);
  if (U_FAILURE(status)) return -1;
  if (!found) return 0;
  *start = (size_t)uregex_start64(regex->regex, 0, &status);
  *end = (size_t)uregex_end64(regex->regex, 0, &status);
  return U_SUCCESS(status) ? 1 : -1;
}
