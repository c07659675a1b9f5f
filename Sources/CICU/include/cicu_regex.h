// Regular expressions over UTF-8, by byte offsets. ICU's own type stays inside; an expression is
// used by one thread at a time, and cloned for others.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct cicu_regex cicu_regex;

/// Compiles an expression in ICU's syntax; `literal` takes it as plain text. `^` and `$` match at
/// line feeds, and `.` matches all but these, as in Ruby. NULL on failure, with ICU's name of the
/// error (a static text) and the offset in UTF-16 units at which it was found, or -1.
cicu_regex *cicu_regex_open(
    const uint8_t *pattern, size_t length, int32_t literal, const char **error, int32_t *offset);

/// Another handle to the same compiled expression; NULL without memory.
cicu_regex *cicu_regex_clone(const cicu_regex *regex);
void cicu_regex_close(cicu_regex *regex);

/// Sets the text, which must stay where it is. Whether it could be set.
int32_t cicu_regex_set_text(cicu_regex *regex, const uint8_t *text, size_t length);

/// Finds the next match: 1 and its byte offsets, 0 for none, -1 where ICU failed (without memory).
int32_t cicu_regex_next(cicu_regex *regex, size_t *start, size_t *end);
