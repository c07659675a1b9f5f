// One pretoken at a time, one character at a time: what the masks leave open (contractions, long
// numbers, marks behind symbols, pieces longer than a window) is settled here.
#ifndef CTEXT_SCAN_PIECE_H
#define CTEXT_SCAN_PIECE_H

#include <string.h>

#include "ctext_scan.h"

// A stretch of text. Alternatives see nothing from `limit` on; `seen` is the end of what they have
// looked at, but for the 3 bytes behind an apostrophe.
typedef struct {
  const ctext_pattern *pattern;
  const uint8_t *text;
  size_t length, limit, seen;
} ctext_piece;

typedef struct {
  uint8_t class;
  size_t end;
} ctext_character;

static inline uint8_t ctext_class(const ctext_pattern *pattern, uint32_t code_point) {
  return pattern->classes[CTEXT_PAGE * pattern->pages[code_point / CTEXT_PAGE] +
                          code_point % CTEXT_PAGE];
}

// Decodes the character at p, of which `left` bytes may be read; a byte that is part of no
// well-formed sequence is U+FFFD. Returns its length.
// Source: The Unicode Standard 15.0, table 3-7 (well-formed UTF-8 byte sequences).
static inline size_t ctext_decode(const uint8_t *p, size_t left, uint32_t *code_point) {
  uint8_t b = p[0];
  *code_point = b;
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b <= 0xDF && left > 1 && (p[1] & 0xC0) == 0x80) {
    *code_point = (uint32_t)(b & 0x1F) << 6 | (p[1] & 0x3F);
    return 2;
  }
  if (b >= 0xE0 && b <= 0xEF && left > 2 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
    *code_point = (uint32_t)(b & 0x0F) << 12 | (uint32_t)(p[1] & 0x3F) << 6 | (p[2] & 0x3F);
    // no overlong forms, no surrogates
    if (*code_point >= 0x800 && (*code_point & 0xF800) != 0xD800) return 3;
  }
  if (b >= 0xF0 && b <= 0xF4 && left > 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 &&
      (p[3] & 0xC0) == 0x80) {
    *code_point = (uint32_t)(b & 0x07) << 18 | (uint32_t)(p[1] & 0x3F) << 12 |
                  (uint32_t)(p[2] & 0x3F) << 6 | (p[3] & 0x3F);
    if (*code_point >= 0x10000 && *code_point <= 0x10FFFF) return 4;
  }
  *code_point = 0xFFFD;
  return 1;
}

// The four-byte sequences among `lead` that are well-formed.
static inline uint64_t ctext_well_formed_fours(const uint8_t *p, uint64_t lead) {
  uint64_t result = 0;
  for (; lead; lead &= lead - 1) {
    uint32_t code_point;
    if (ctext_decode(p + __builtin_ctzll(lead), 4, &code_point) == 4) result |= lead & -lead;
  }
  return result;
}

// Sets the classes of characters of four bytes, one by one: those that begin at the bits of `lead` in
// the block at p, and of `before` in the block before it. Bytes 0 … 2 of `classes` stand for the last
// three of that block.
static inline void ctext_set_fours(const ctext_pattern *pattern, const uint8_t *p, uint64_t lead,
                                   uint64_t before, uint8_t classes[3 + 64 + 4]) {
  uint32_t code_point;
  for (uint64_t mask = before >> 61; mask; mask &= mask - 1) {
    int at = (int)__builtin_ctzll(mask);
    ctext_decode(p + at - 3, 4, &code_point);
    memset(classes + at, ctext_class(pattern, code_point), 4);
  }
  for (; lead; lead &= lead - 1) {
    int at = (int)__builtin_ctzll(lead);
    ctext_decode(p + at, 4, &code_point);
    memset(classes + 3 + at, ctext_class(pattern, code_point), 4);
  }
}

static inline ctext_character ctext_character_at(ctext_piece *s, size_t position) {
  uint32_t code_point;
  size_t count = ctext_decode(s->text + position, s->length - position, &code_point);
  if (position + count > s->seen) s->seen = position + count;
  return (ctext_character){ctext_class(s->pattern, code_point), position + count};
}

// Where the characters with one of `bits` that begin at `start` end; at most `most` of them.
static inline size_t ctext_run(ctext_piece *s, uint8_t bits, size_t start, size_t most) {
  while (start < s->limit && most-- > 0) {
    ctext_character c = ctext_character_at(s, start);
    if (!(c.class & bits)) break;
    start = c.end;
  }
  return start;
}

// The length of 's, 't, 're, 've, 'm, 'll or 'd at p, of which `left` bytes may be read; 0 for
// none. Without regard to case, ſ (C5 BF) is an s.
static inline size_t ctext_contraction(int32_t contractions, const uint8_t *p, size_t left) {
  if (contractions == 0 || left < 2 || p[0] != '\'') return 0;
  uint8_t fold = contractions == 2 ? 0x20 : 0;
  uint8_t a = p[1] < 0x80 ? p[1] | fold : p[1];
  if (a == 's' || a == 't' || a == 'm' || a == 'd') return 2;
  if (left < 3) return 0;
  uint8_t b = p[2] < 0x80 ? p[2] | fold : p[2];
  if (((a == 'r' || a == 'v') && b == 'e') || (a == 'l' && b == 'l')) return 3;
  return fold && a == 0xC5 && b == 0xBF ? 3 : 0;
}

static inline int ctext_is(uint8_t class, uint8_t base, uint8_t flag) {
  return (class & (base | flag)) == (base | flag);
}

// The end of a word whose letters begin at `start`.
static inline size_t ctext_word_end(ctext_piece *s, size_t start) {
  if (s->pattern->family != CTEXT_CASED) {
    size_t end = start;
    while (end < s->limit) {
      ctext_character c = ctext_character_at(s, end);
      int joiner = s->pattern->family == CTEXT_ANY_PREFIX && !s->pattern->cuts_words_out &&
                   c.class == CTEXT_JOINER;
      if (!(c.class & CTEXT_LETTER) && !joiner) break;
      end = c.end;
    }
    return end;
  }
  // Capitals and caseless letters, then small and caseless ones. Where no small letter follows the
  // first, they end with the last caseless letter.
  size_t head = start, caseless = 0, end;
  while (head < s->limit) {
    ctext_character c = ctext_character_at(s, head);
    if (!(c.class & CTEXT_LETTER) || !(c.class & (CTEXT_CAPITAL | CTEXT_CASELESS))) break;
    head = c.end;
    if (c.class & CTEXT_CASELESS) caseless = head;
  }
  end = head;
  while (end < s->limit) {
    ctext_character c = ctext_character_at(s, end);
    if (!(c.class & CTEXT_LETTER) || (c.class & CTEXT_CAPITAL)) break;
    end = c.end;
  }
  if (end == head && caseless > 0) end = caseless;
  return end + ctext_contraction(s->pattern->contractions, s->text + end, s->length - end);
}

// prefix? letters; 0 where there are none.
static inline size_t ctext_word(ctext_piece *s, size_t start) {
  ctext_character c = ctext_character_at(s, start);
  if (c.class & CTEXT_LETTER) return ctext_word_end(s, start);
  int prefix;
  switch (s->pattern->family) {
    case CTEXT_BLANK_PREFIX: prefix = ctext_is(c.class, CTEXT_SPACE, CTEXT_BLANK); break;
    case CTEXT_STAGED:
      prefix = !(c.class & (CTEXT_NUMBER | CTEXT_NEWLINE | CTEXT_PUNCTUATION));
      break;
    default: prefix = !(c.class & (CTEXT_NUMBER | CTEXT_NEWLINE));
  }
  if (!prefix || c.end >= s->limit) return 0;
  if (!(ctext_character_at(s, c.end).class & CTEXT_LETTER)) return 0;
  return ctext_word_end(s, c.end);
}

// (?: ?B|K)[KJ]*; 0 where there is none.
static inline size_t ctext_indic_word(ctext_piece *s, size_t start) {
  size_t first = start + (s->text[start] == ' ');
  if (!s->pattern->cuts_words_out || first >= s->limit) return 0;
  ctext_character c = ctext_character_at(s, first);
  if (!(c.class & CTEXT_INDIC) || (first > start && !(c.class & CTEXT_INDIC_BASE))) return 0;
  return ctext_run(s, CTEXT_INDIC | CTEXT_JOINER, c.end, SIZE_MAX);
}

static inline size_t ctext_number(ctext_piece *s, size_t start) {
  size_t first = start;
  if (s->pattern->family == CTEXT_BLANK_PREFIX && s->text[start] == ' ') first++;
  size_t most = s->pattern->digits ? (size_t)s->pattern->digits : SIZE_MAX;
  size_t end = ctext_run(s, CTEXT_NUMBER, first, most);
  return end > first ? end : 0;
}

static inline int ctext_is_punctuation(const ctext_pattern *pattern, uint8_t class) {
  if (class & CTEXT_PUNCTUATION) return 1;
  if (pattern->family == CTEXT_CASED) return ctext_is(class, CTEXT_LETTER, CTEXT_MARK);
  return class == CTEXT_JOINER &&
         (pattern->family == CTEXT_ANY_PREFIX || pattern->family == CTEXT_BLANK_PREFIX);
}

static inline size_t ctext_punctuation(ctext_piece *s, size_t start) {
  size_t first = start + (s->text[start] == ' '), end = first;
  while (end < s->limit) {
    ctext_character c = ctext_character_at(s, end);
    if (!ctext_is_punctuation(s->pattern, c.class)) break;
    end = c.end;
  }
  if (end == first) return 0;
  while (end < s->limit) {
    uint8_t class = ctext_character_at(s, end).class;
    int slash = s->pattern->family == CTEXT_CASED && ctext_is(class, CTEXT_PUNCTUATION, CTEXT_SLASH);
    if (!(class & CTEXT_NEWLINE) && !slash) break;
    end++;
  }
  return end;
}

// Up to the last line end; without one, up to the last character; a single one, or all at the end
// of the text, as it is.
static inline size_t ctext_whitespace(ctext_piece *s, size_t start) {
  size_t end = start, last = start, newline = 0;
  while (end < s->limit) {
    ctext_character c = ctext_character_at(s, end);
    if (!(c.class & (CTEXT_SPACE | CTEXT_NEWLINE))) break;
    last = end;
    end = c.end;
    if (c.class & CTEXT_NEWLINE) newline = end;
  }
  if (end == s->limit && s->pattern->joins_final_spaces) return end;
  if (newline > 0) return newline;
  return end == s->limit || last == start ? end : last;
}

// An ASCII symbol with the ASCII letters behind it; 0 for none.
static inline size_t ctext_symbol_with_letters(ctext_piece *s, size_t start) {
  size_t end = start + 1;
  if (s->text[start] >= 0x80 || !(ctext_character_at(s, start).class & CTEXT_PUNCTUATION)) return 0;
  while (end < s->limit && s->text[end] < 0x80 &&
         (ctext_character_at(s, end).class & CTEXT_LETTER)) {
    end++;
  }
  return end > start + 1 ? end : 0;
}

static inline size_t ctext_staged_match(ctext_piece *s, size_t start) {
  size_t end = ctext_symbol_with_letters(s, start);
  if (end == 0) end = ctext_word(s, start);
  if (end == 0) end = ctext_punctuation(s, start);
  if (end == 0 && (ctext_character_at(s, start).class & (CTEXT_SPACE | CTEXT_NEWLINE))) {
    end = ctext_whitespace(s, start);
  }
  return end;
}

// Where the stretch that `start` lies in ends: the ideographs, or what is neither these nor digits.
static inline size_t ctext_stretch_end(const ctext_piece *s, size_t start) {
  int kind = -1;
  while (start < s->length) {
    uint32_t code_point;
    size_t count = ctext_decode(s->text + start, s->length - start, &code_point);
    uint8_t class = ctext_class(s->pattern, code_point);
    if (kind < 0) kind = class & CTEXT_IDEOGRAPH;
    if ((class & CTEXT_NUMBER) || (class & CTEXT_IDEOGRAPH) != kind) break;
    start += count;
  }
  return start;
}

// The end of the pretoken that begins at `start`. `limit` is the end of the stretch that was last
// looked at, in the staged patterns, or anything that is not behind `start`.
static inline size_t ctext_piece_end(ctext_piece *s, size_t start) {
  size_t end;
  if (s->pattern->family == CTEXT_STAGED) {
    if (start >= s->limit) {
      s->limit = s->length;
      if ((end = ctext_number(s, start)) > 0) return s->limit = end;
      s->limit = ctext_stretch_end(s, start);
    }
    if ((end = ctext_staged_match(s, start)) > 0) return end;
    end = start;
    while (end < s->limit && ctext_staged_match(s, end) == 0) end = ctext_character_at(s, end).end;
    return end;
  }
  if (s->pattern->family != CTEXT_CASED) {
    end = ctext_contraction(s->pattern->contractions, s->text + start, s->length - start);
    if (end > 0) return start + end;
  }
  if ((end = ctext_indic_word(s, start)) > 0) return end;
  if ((end = ctext_word(s, start)) > 0) return end;
  if ((end = ctext_number(s, start)) > 0) return end;
  if ((end = ctext_punctuation(s, start)) > 0) return end;
  return ctext_whitespace(s, start);
}

#endif
