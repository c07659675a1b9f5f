// Where pretokens end: the split patterns of byte-level tokenizers, without a regular expression
// engine.
//
// Text is taken in blocks of 64 bytes. Every byte gets the class of the character that it is part
// of, each class bit becomes a 64-bit mask, and a pattern is a few dozen operations on these masks:
//
//   text         a b   , x 1 2 ␊ ␣ y          one column a byte
//   letter       1 1 0 0 1 0 0 0 0 1
//   punctuation  0 0 0 1 0 0 0 0 0 0
//   begins       1 0 1 1 0 1 0 1 1 0          ab| |,x|12|␊| y
//
// The kernels decide nothing: classes and pattern come from the caller, who has them from ICU's
// tables. A byte that is part of no well-formed UTF-8 sequence is one character, of the class of
// U+FFFD.
#ifndef CTEXT_SCAN_H
#define CTEXT_SCAN_H

#include <stddef.h>
#include <stdint.h>

// The bits of a character's class. It has at most one of the first five; a character that has none
// of them is matched by no alternative, except where a comment says otherwise.
enum {
  CTEXT_LETTER = 0x01,       // words consist of these
  CTEXT_NUMBER = 0x02,       // \p{N}
  CTEXT_SPACE = 0x04,        // white space, other than
  CTEXT_NEWLINE = 0x08,      // the line ends that a pattern treats apart
  CTEXT_PUNCTUATION = 0x10,  // what punctuation consists of
  // with CTEXT_LETTER
  CTEXT_CAPITAL = 0x20,   // Lu, Lt
  CTEXT_CASELESS = 0x40,  // Lm, Lo, M
  CTEXT_MARK = 0x80,      // M, where punctuation may hold it too
  // with CTEXT_SPACE
  CTEXT_BLANK = 0x80,  // U+0020
  // with CTEXT_PUNCTUATION
  CTEXT_SLASH = 0x40,
  CTEXT_APOSTROPHE = 0x80,
  // alone: ZWJ and ZWNJ where they belong to words, and else are punctuation
  CTEXT_JOINER = 0x20,
  // alone: letters and marks of scripts whose words are pretokens of their own (`cuts_words_out`)
  CTEXT_INDIC = 0x40,
  // with CTEXT_INDIC: a letter that takes U+0020 before it along
  CTEXT_INDIC_BASE = 0x80,
  // with any, in the staged patterns: Chinese and Japanese, which is cut out first
  CTEXT_IDEOGRAPH = 0x40,
};

// The alternatives, in the order in which they are tried. `prefix` is one character before a word:
// white space other than a line end, or punctuation. The first two may have one more alternative,
// which is tried behind the contraction: K are the characters with CTEXT_INDIC, B those of them with
// CTEXT_INDIC_BASE, and J joiners.
//
//   (?: ?B|K)[KJ]*
enum {
  // contraction | ␣?L+ | ␣?N+ | ␣?P+ | white space
  CTEXT_BLANK_PREFIX = 0,
  // contraction | prefix? L+ | N{1,digits} | ␣?P+ \n* | white space
  CTEXT_ANY_PREFIX = 1,
  // the same, but words are cut before capitals and end with their contraction, marks are
  // punctuation too, and slashes go with the line ends behind punctuation
  CTEXT_CASED = 2,
  // first N{1,digits}, then ideographs, then in what is left or matched: ASCII symbol ASCII letter+
  // | prefix? L+ with what has no class for a prefix | ␣?P+ \n* | white space
  CTEXT_STAGED = 3,
};

// A pattern and its classes.
typedef struct {
  int32_t family;              // one of the above
  int32_t digits;              // the most characters of a number: 1, 3, or 0 for any
  int32_t contractions;        // 0 none, 1 as they are written, 2 without regard to case
  int32_t joins_final_spaces;  // white space at the end of the text is one piece
  int32_t cuts_words_out;      // joiners belong to the words of CTEXT_INDIC, not to letters
  // The class of code point c is classes[128 * pages[c / 128] + c % 128]; 8,704 pages.
  const uint16_t *pages;
  const uint8_t *classes;
} ctext_pattern;

enum {
  CTEXT_PAGE = 128,           // code points of a page
  CTEXT_PAGES = 0x110000 / CTEXT_PAGE,
  CTEXT_WINDOW = 4096,        // the bytes that are looked at in one go
  CTEXT_ENDS_SLACK = 64,      // ends that may be written behind the last one
  CTEXT_BEST_ROOM = CTEXT_WINDOW + CTEXT_ENDS_SLACK,  // the room that lets a call do the most
};

// Writes the ends of the next pretokens to ends[0], ends[1], … and returns how many: none at the
// end of the text only. A pretoken begins at `position`; the next call's position is the last end.
// `room` is at least 1, and no end is written at or behind it. `length` is below 2^31.
typedef size_t (*ctext_scan)(const ctext_pattern *pattern, const uint8_t *text, size_t length,
                             size_t position, uint32_t *ends, size_t room);

// The instruction sets that the kernels are compiled for: plain C, AVX2, and AVX-512 with BW, VBMI
// and VBMI2.
enum { CTEXT_SCAN_SCALAR = 0, CTEXT_SCAN_AVX2 = 1, CTEXT_SCAN_AVX512 = 2 };

// The best of them that this machine has, and the kernel for one.
int ctext_scan_best_isa(void);
ctext_scan ctext_scan_for(int isa);

#endif
