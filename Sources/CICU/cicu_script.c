#include "cicu_script.h"
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

static uint32_t pack(UScriptCode code) {
  const char *name = code < 0 ? NULL : uscript_getShortName(code);
  if (name == NULL || strlen(name) != 4) name = "Zzzz";
  return (uint32_t)(uint8_t)name[0] << 24 | (uint32_t)(uint8_t)name[1] << 16 |
         (uint32_t)(uint8_t)name[2] << 8 | (uint32_t)(uint8_t)name[3];
}

uint32_t cicu_script(uint32_t scalar) {
  UErrorCode status = U_ZERO_ERROR;
  return pack(uscript_getScript((UChar32)scalar, &status));
}

static int32_t unpack(uint32_t script) {
  char name[5] = {(char)(script >> 24), (char)(script >> 16), (char)(script >> 8), (char)script, 0};
  return u_getPropertyValueEnum(UCHAR_SCRIPT, name);
}

// ICU matches names loosely; a code counts only as it is written in the standard.
int32_t cicu_script_is_known(uint32_t script) {
  int32_t code = unpack(script);
  return code >= 0 && pack((UScriptCode)code) == script;
}

int32_t cicu_script_uses(uint32_t script, uint32_t scalar) {
  int32_t code = unpack(script);
  return code >= 0 && uscript_hasScript((UChar32)scalar, (UScriptCode)code);
}

size_t cicu_script_counts(
    const uint8_t *utf8, size_t length, cicu_script_count *counts, size_t capacity) {
  uint64_t totals[USCRIPT_CODE_LIMIT] = {0};
  UScriptCode order[USCRIPT_CODE_LIMIT];
  size_t scripts = 0;
  size_t index = 0;
  while (index < length) {
    UChar32 scalar;
    U8_NEXT(utf8, index, length, scalar);
    if (scalar < 0 || !(U_GET_GC_MASK(scalar) & (U_GC_L_MASK | U_GC_M_MASK))) continue;
    UErrorCode status = U_ZERO_ERROR;
    UScriptCode code = uscript_getScript(scalar, &status);
    if (code <= USCRIPT_INHERITED || code >= USCRIPT_CODE_LIMIT) continue;
    if (totals[code]++ == 0) order[scripts++] = code;
  }
  for (size_t i = 0; i < scripts && i < capacity; i++) {
    counts[i].script = pack(order[i]);
    counts[i].count = totals[order[i]];
  }
  return scripts;
}
