#include "cicu_script.h"
#include <pthread.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

static uint32_t name_of(UScriptCode code) {
  const char *name = code < 0 ? NULL : uscript_getShortName(code);
  if (name == NULL || strlen(name) != 4) name = "Zzzz";
  return (uint32_t)(uint8_t)name[0] << 24 | (uint32_t)(uint8_t)name[1] << 16 |
         (uint32_t)(uint8_t)name[2] << 8 | (uint32_t)(uint8_t)name[3];
}

// The names of all scripts, packed: ICU looks each up in a tree.
static uint32_t script_names[USCRIPT_CODE_LIMIT];
static pthread_once_t script_names_once = PTHREAD_ONCE_INIT;

static void fill_script_names(void) {
  for (int code = 0; code < USCRIPT_CODE_LIMIT; code++)
    script_names[code] = name_of((UScriptCode)code);
}

static uint32_t pack(UScriptCode code) {
  pthread_once(&script_names_once, fill_script_names);
  return code >= 0 && code < USCRIPT_CODE_LIMIT ? script_names[code] : name_of(USCRIPT_INVALID_CODE);
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

// The script of each scalar of the first plane, plus 1 if it is a letter or a mark of a script of
// its own; else 0. Filled from ICU once: property look-ups are five times slower.
static uint16_t script_table[0x10000];
static pthread_once_t script_table_once = PTHREAD_ONCE_INIT;

static UScriptCode counted_script(UChar32 scalar) {
  if (scalar < 0 || !(U_GET_GC_MASK(scalar) & (U_GC_L_MASK | U_GC_M_MASK))) return -1;
  UErrorCode status = U_ZERO_ERROR;
  UScriptCode code = uscript_getScript(scalar, &status);
  return code <= USCRIPT_INHERITED || code >= USCRIPT_CODE_LIMIT ? -1 : code;
}

static void fill_script_table(void) {
  for (UChar32 scalar = 0; scalar < 0x10000; scalar++)
    script_table[scalar] = (uint16_t)(counted_script(scalar) + 1);
}

// The letters a-z and A-Z at the beginning of a text, up to its first byte that is not ASCII.
static size_t count_ascii(const uint8_t *text, size_t length, uint64_t *letters) {
  size_t index = 0;
  uint64_t count = 0;
  for (; index + 16 <= length; index += 16) {
    uint64_t words[2];
    memcpy(words, text + index, sizeof words);
    if ((words[0] | words[1]) & 0x8080808080808080u) break;
    uint8_t found = 0;
    for (int lane = 0; lane < 16; lane++)
      found += (uint8_t)((text[index + lane] | 0x20) - 'a') < 26;
    count += found;
  }
  for (; index < length && text[index] < 0x80; index++)
    count += (uint8_t)((text[index] | 0x20) - 'a') < 26;
  *letters += count;
  return index;
}

// What the characters of the blocks U+0C00 (Telugu) and U+0C80 (Kannada) count for: 1 a letter or
// mark of the block's own script, 2 one of another script, 0 nothing.
static uint8_t block_table[0x100];

static void fill_block_table(void) {
  pthread_once(&script_table_once, fill_script_table);
  for (int place = 0; place < 0x100; place++) {
    int own = (place < 0x80 ? USCRIPT_TELUGU : USCRIPT_KANNADA) + 1;
    int found = script_table[0x0C00 + place];
    block_table[place] = found == 0 ? 0 : found == own ? 1 : 2;
  }
}

// The characters of one of the two blocks at the beginning of a text, up to any other. Such a
// character is E0, then B0 or B1 for Telugu, B2 or B3 for Kannada, then any continuation.
static size_t count_block(
    const uint8_t *text, size_t length, uint8_t second, uint64_t *own, uint64_t *others) {
  const uint8_t *table = block_table + ((second & 3) << 6);
  uint64_t found = 0;
  size_t index = 0;
  for (; index + 3 <= length && text[index] == 0xE0 && (text[index + 1] & 0xFE) == second;
       index += 3) {
    unsigned kind = table[(text[index + 1] & 1) << 6 | (text[index + 2] & 0x3F)];
    found += kind & 1;
    *others += kind >> 1;
  }
  *own += found;
  return index;
}

void cicu_script_tally_add(cicu_script_tally *tally, const uint8_t *utf8, size_t length) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, fill_block_table);
  size_t index = 0;
  while (index < length) {
    uint8_t byte = utf8[index];
    if (byte < 0x80) {
      index += count_ascii(utf8 + index, length - index, &tally->latin);
      continue;
    }
    if (byte == 0xE0 && index + 3 <= length && (utf8[index + 1] & 0xFC) == 0xB0) {
      uint8_t second = utf8[index + 1] & 0xFE;
      uint64_t *own = second == 0xB0 ? &tally->telugu : &tally->kannada;
      index += count_block(utf8 + index, length - index, second, own, &tally->others);
      continue;
    }
    UChar32 scalar;
    U8_NEXT(utf8, index, length, scalar);
    if (scalar < 0) continue;
    int code = scalar < 0x10000 ? script_table[scalar] - 1 : counted_script(scalar);
    switch (code) {
    case -1: break;
    case USCRIPT_LATIN: tally->latin++; break;
    case USCRIPT_KANNADA: tally->kannada++; break;
    case USCRIPT_TELUGU: tally->telugu++; break;
    default: tally->others++;
    }
  }
}

size_t cicu_script_counts(
    const uint8_t *utf8, size_t length, cicu_script_count *counts, size_t capacity) {
  uint64_t totals[USCRIPT_CODE_LIMIT + 1] = {0};
  UScriptCode order[USCRIPT_CODE_LIMIT];
  size_t scripts = 0;
  size_t index = 0;
  pthread_once(&script_table_once, fill_script_table);
  while (index < length) {
    UScriptCode code;
    if (utf8[index] < 0x80) {
      uint64_t before = totals[USCRIPT_LATIN + 1];
      index += count_ascii(utf8 + index, length - index, &totals[USCRIPT_LATIN + 1]);
      if (before == 0 && totals[USCRIPT_LATIN + 1] > 0) order[scripts++] = USCRIPT_LATIN;
      continue;
    }
    UChar32 scalar;
    U8_NEXT(utf8, index, length, scalar);
    if (scalar < 0) continue;
    code = scalar < 0x10000 ? (UScriptCode)(script_table[scalar] - 1) : counted_script(scalar);
    if (code >= 0 && totals[code + 1]++ == 0) order[scripts++] = code;
  }
  for (size_t i = 0; i < scripts && i < capacity; i++) {
    counts[i].script = pack(order[i]);
    counts[i].count = totals[order[i] + 1];
  }
  return scripts;
}
