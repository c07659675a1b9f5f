// The scan, but for what an instruction set does its own way. Before this is included there are
//
//   block_masks classify(const ctext_pattern *, const uint8_t *p, block_state *)
//       the masks of the 64 bytes at p; BESIDE bytes before and behind them can be read
//   size_t write_ends(uint64_t mask, uint32_t base, uint32_t *ends)
//       writes base + i for every bit i of the mask, and up to CTEXT_ENDS_SLACK more; their number
//   BLOCKS
//       how many blocks are classified before their masks are used
//
// Bit i of a mask stands for byte i of the block; a character's class stands at all its bytes. What
// crosses from one block into the next (the bit before, the carry of an addition) is in `carries`.
#include <string.h>

#include "ctext_scan_piece.h"

enum { WORDS = CTEXT_WINDOW / 64, BESIDE = 4 };

// What crosses from one block into the next: the last bit of each mask that is shifted, and the
// carry of each addition.
typedef struct {
  uint64_t before[16];
  uint64_t carry[4];
} carries;

// What the blocks of a window say.
typedef struct {
  uint64_t begins[WORDS + 2];        // where pretokens begin
  uint64_t starts[WORDS + 2];        // where characters begin
  uint64_t white[WORDS + 2];         // white space that belongs to no punctuation
  uint64_t space[WORDS + 2];         // the part of it that is no line end
  uint64_t number[WORDS + 2];        // digits
  uint64_t border[WORDS + 2];        // where the stretches of a staged pattern begin
  uint64_t contraction[WORDS + 2];   // apostrophes that may begin a contraction
  uint64_t doubtful[WORDS + 2];      // where the masks may be wrong about the piece before
} window_masks;

// The bit before: PREVIOUS(n, x) has at i what x has at i - 1.
#define PREVIOUS(n, x) previous(&c->before[n], x)
static inline uint64_t previous(uint64_t *before, uint64_t x) {
  uint64_t result = x << 1 | *before;
  *before = x >> 63;
  return result;
}

// Adds, with the carry from the block before and into the one behind.
static inline uint64_t add(uint64_t *carry, uint64_t x, uint64_t y) {
  unsigned long long out;
  uint64_t sum = __builtin_addcll(x, y, *carry, &out);
  *carry = out;
  return sum;
}

// The part of the runs of `run` that begins at a bit of `from`. An addition's carry runs through it:
//
//   run      0 1 1 1 0 1 1 0        lowest bit on the left
//   from     0 0 1 0 0 0 0 0
//   sum      0 1 0 0 1 1 1 0
//   result   0 0 1 1 0 0 0 0        run and not sum
static inline uint64_t flood(uint64_t *carry, uint64_t run, uint64_t from) {
  return run & ~add(carry, run, from);
}

// The character behind each of the characters that begin at `from`: `shifted` is the bit behind
// these beginnings, and a carry runs through the other bytes of the character.
static inline uint64_t next_character(uint64_t *carry, uint64_t starts, uint64_t shifted) {
  return add(carry, shifted, ~starts) & starts;
}

// The white space of a block: `white` without what punctuation took. Where a run of it begins, and
// where white space without a line end follows a line end, a pretoken begins.
static inline uint64_t white_begins(carries *c, uint64_t white, uint64_t newline, uint64_t space) {
  uint64_t first = white & ~PREVIOUS(0, white);
  return first | (space & PREVIOUS(1, newline));
}

// The words of characters with CTEXT_INDIC: takes the joiners behind them out of `joiner`, and
// returns where the words begin, but for those that begin with the blank before them. `blank` has the
// places behind U+0020.
//
//   text     a K J K ␣ B K ␣ M K . J     M: no B
//   joined   0 0 1 0 0 0 0 0 0 0 0 0
//   begins   0 1 0 0 0 0 0 0 1 0 0 0     a|KJK| BK| |MK|.J
static inline uint64_t indic_begins(carries *c, block_masks m, uint64_t blank, uint64_t *joiner) {
  uint64_t joined = flood(&c->carry[0], *joiner, *joiner & PREVIOUS(6, m.flag40));
  uint64_t word = m.flag40 | joined;
  *joiner &= ~joined;
  return word & ~PREVIOUS(9, word) & ~(blank & m.flag80);
}

// Contraction | ␣?L+ | ␣?N+ | ␣?P+ | white space.
//
//   text     a   b '   1 2 ␣ ␣ c        a| b|'| 12| | c
//   begins   1 1 0 1 1 0 0 1 1 0        the last one of white space comes from finish_spaces
static inline void blank_prefix(const ctext_pattern *pattern, block_masks m, carries *c,
                                window_masks *w, size_t i) {
  uint64_t blank = PREVIOUS(2, m.space & m.flag80), joiner = m.flag20;
  uint64_t indic = pattern->cuts_words_out ? indic_begins(c, m, blank, &joiner) : 0;
  uint64_t symbol = m.punctuation | joiner;
  uint64_t punctuation = symbol & ~PREVIOUS(3, symbol) & ~blank;
  uint64_t first = (m.letter & ~PREVIOUS(4, m.letter)) | (m.number & ~PREVIOUS(5, m.number));
  w->white[i] = w->space[i] = m.space;
  w->begins[i] = indic | punctuation | (first & ~blank) | white_begins(c, m.space, 0, m.space);
  w->contraction[i] = pattern->contractions ? punctuation & m.flag80 : 0;
}

// Contraction | prefix? L+ | N{1,digits} | ␣?P+ \n* | white space.
//
//   text          a b ' c . . d   . \n e f
//   first of P    0 0 1 0 1 0 0 0 0 0  0 0     not behind a blank
//   behind it     0 0 0 1 0 1 0 0 0 0  0 0     `single`: a letter here has a prefix
//   line ends     0 0 0 0 0 0 0 0 0 1  0 0     `taken` by the punctuation before
//   begins        1 0 1 0 1 0 1 1 0 0  1 0     ab|'c|..|d| .\n|ef
static inline void any_prefix(const ctext_pattern *pattern, block_masks m, carries *c,
                              window_masks *w, size_t i) {
  uint64_t letter = m.letter, punctuation = m.punctuation;
  uint64_t blank = PREVIOUS(2, m.space & m.flag80), joiner = m.flag20 & ~letter, indic = 0;
  // Joiners behind letters, or behind the words that are cut out, belong to these; others are
  // punctuation.
  if (pattern->cuts_words_out) {
    indic = indic_begins(c, m, blank, &joiner);
  } else {
    uint64_t joined = flood(&c->carry[0], joiner, joiner & PREVIOUS(6, letter));
    letter |= joined;
    joiner &= ~joined;
  }
  punctuation |= joiner;
  uint64_t before = PREVIOUS(3, punctuation);
  uint64_t taken = flood(&c->carry[1], m.newline, m.newline & before);
  uint64_t newline = m.newline & ~taken, white = m.space | newline;
  uint64_t first = punctuation & ~before & ~blank;
  uint64_t single = next_character(&c->carry[2], m.starts, PREVIOUS(7, first));
  uint64_t prefixed = single | PREVIOUS(8, m.space);
  uint64_t word = letter & ~PREVIOUS(4, letter) & ~prefixed;
  uint64_t number = pattern->digits == 1 ? m.number : m.number & ~PREVIOUS(5, m.number);
  w->white[i] = white;
  w->space[i] = m.space;
  w->begins[i] =
      (word | indic | first | number | white_begins(c, white, newline, m.space)) & m.starts;
  w->contraction[i] = pattern->contractions ? first & m.flag80 : 0;
}

// As `any_prefix`, but a word goes on to the next capital, and takes the contraction behind it.
//
//   text       a B c ' s     ! ! ◌́ d
//   capital    0 1 0 0 0 0 0 0 0 0
//   begins     1 1 0 0 0 1 0 0 0 1       a|Bc's| !!◌́|d: the mark is `doubtful`
//
// Where a capital follows a letter without case, or a mark several symbols, the masks do not tell:
// these places are doubtful.
static inline void cased(const ctext_pattern *pattern, block_masks m, carries *c, window_masks *w,
                         size_t i) {
  uint64_t slash = m.punctuation & m.flag40;
  uint64_t ends = m.newline | slash;
  uint64_t from = m.newline & PREVIOUS(3, m.punctuation);
  uint64_t taken = flood(&c->carry[1], ends, from) | from;
  uint64_t newline = m.newline & ~taken, white = m.space | newline;
  uint64_t punctuation = m.punctuation & ~taken;
  uint64_t before = PREVIOUS(9, punctuation);
  uint64_t first = punctuation & ~before & ~PREVIOUS(2, m.space & m.flag80);
  uint64_t single = next_character(&c->carry[2], m.starts, PREVIOUS(7, first));
  uint64_t prefixed = single | PREVIOUS(8, m.space);
  uint64_t after_letter = PREVIOUS(4, m.letter);
  uint64_t word = m.letter & ~after_letter & ~prefixed;
  uint64_t capital = m.letter & m.flag20, caseless = m.letter & m.flag40;
  uint64_t number = pattern->digits == 1 ? m.number : m.number & ~PREVIOUS(5, m.number);
  uint64_t small = PREVIOUS(10, m.letter & ~capital & ~caseless);
  w->white[i] = white;
  w->space[i] = m.space;
  w->begins[i] =
      (word | first | number | (capital & small) | white_begins(c, white, newline, m.space)) &
      m.starts;
  w->contraction[i] = pattern->contractions ? first & m.flag80 & after_letter : 0;
  w->doubtful[i] = ((capital & PREVIOUS(11, caseless)) |
                    (m.letter & m.flag80 & before & ~single)) & m.starts;
}

// Digits, then ideographs, are cut out first: no alternative reaches over such a border. What has
// no class (controls, formats) is a prefix of words, else by itself; several of them are doubtful.
//
//   text      ( a b é     1   我 我 ,
//   border    0 0 0 0 0 0 1 1 1  0  1
//   begins    1 0 0 1 1 0 1 1 1  0  1       (ab|é|␣␣|1| |我我|,
static inline void staged(const ctext_pattern *pattern, block_masks m, carries *c, window_masks *w,
                          size_t i) {
  uint64_t ideograph = m.flag40;
  uint64_t other = ~(m.letter | m.number | m.space | m.newline | m.punctuation);
  uint64_t border =
      (ideograph ^ PREVIOUS(6, ideograph)) | (m.number ^ PREVIOUS(5, m.number));
  uint64_t before = PREVIOUS(3, m.punctuation) & ~border;
  uint64_t from = m.newline & before;
  uint64_t taken = flood(&c->carry[1], m.newline, from);
  uint64_t newline = m.newline & ~taken, white = m.space | newline;
  uint64_t blank = PREVIOUS(2, m.space & m.flag80) & ~border;
  uint64_t first = m.punctuation & ~before & ~blank;
  uint64_t after_other = PREVIOUS(9, other) & ~border;
  uint64_t lone = other & ~after_other;
  uint64_t single = next_character(
      &c->carry[2], m.starts, PREVIOUS(7, lone | (first & m.ascii))) & ~border;
  // The ASCII letters behind an ASCII symbol; where they end and letters go on, a pretoken begins.
  uint64_t ascii = m.letter & m.ascii;
  uint64_t symbol = single & before & ascii;
  uint64_t with_symbol = flood(&c->carry[3], ascii, symbol);
  uint64_t rest = m.letter & ~ascii & PREVIOUS(10, with_symbol);
  uint64_t prefixed = (PREVIOUS(8, m.space) & ~border) | (single & after_other) | symbol;
  uint64_t word = (m.letter & ~(PREVIOUS(4, m.letter) & ~border) & ~prefixed) | rest;
  uint64_t number = pattern->digits == 1 ? m.number : m.number & border;
  w->white[i] = white;
  w->space[i] = m.space;
  w->begins[i] = (word | first | lone | number |
                  (border & ~m.number) | white_begins(c, white, newline, m.space)) & m.starts;
  w->border[i] = border;
  w->doubtful[i] = other & after_other & m.starts;
}

static inline int bit(const uint64_t *words, size_t i) { return words[i / 64] >> (i % 64) & 1; }
static inline void set(uint64_t *words, size_t i) { words[i / 64] |= 1ull << (i % 64); }
static inline void clear(uint64_t *words, size_t i) { words[i / 64] &= ~(1ull << (i % 64)); }

// Where a window lies: `before` bytes of text can be read in front of it, `left` from its beginning on.
typedef struct {
  const uint8_t *bytes;
  size_t before, left;
} window_place;

// Block i of a window where not all that `classify` reads is text: a copy with zeros around it.
static __attribute__((noinline)) const uint8_t *copy_edge(const window_place *at, size_t i,
                                                          uint8_t copy[BESIDE + 64 + BESIDE]) {
  memset(copy, 0, BESIDE + 64 + BESIDE);
  size_t first = 64 * i, behind = first + 64 + BESIDE;
  size_t before = first + at->before < BESIDE ? first + at->before : BESIDE;
  if (behind > at->left) behind = at->left;
  memcpy(copy + BESIDE - before, at->bytes + first - before, behind + before - first);
  return copy + BESIDE;
}

// The masks of all blocks. `family` is the pattern's, known to the compiler. Blocks are classified
// some at a time, because the way from a block's bytes to its last mask is long: of two short loops
// the processor has several turns in work at once, of one long loop hardly two.
__attribute__((always_inline)) static inline void scan_family(
    const ctext_pattern *pattern, int family, window_place at, size_t words, window_masks *w) {
  carries c;
  block_state state;
  block_masks masks[BLOCKS];
  uint8_t copy[BESIDE + 64 + BESIDE];
  memset(&c, 0, sizeof c);
  memset(&state, 0, sizeof state);
  size_t inner = at.left > BESIDE ? (at.left - BESIDE) / 64 : 0;
  for (size_t i = 0; i < words;) {
    size_t behind = i + BLOCKS < words ? i + BLOCKS : words;
    for (size_t k = i; k < behind; k++) {
      int is_edge = k >= inner || (k == 0 && at.before < BESIDE);
      const uint8_t *block = is_edge ? copy_edge(&at, k, copy) : at.bytes + 64 * k;
      // The next window, while this one is looked up: the memory system does not see it coming.
      __builtin_prefetch((const void *)((uintptr_t)at.bytes + 64 * k + CTEXT_WINDOW));
      masks[k % BLOCKS] = classify(pattern, block, &state);
    }
    for (; i < behind; i++) {
      block_masks m = masks[i % BLOCKS];
      w->starts[i] = m.starts;
      w->number[i] = m.number;
      w->border[i] = w->doubtful[i] = w->contraction[i] = 0;
      switch (family) {
        case CTEXT_BLANK_PREFIX: blank_prefix(pattern, m, &c, w, i); break;
        case CTEXT_ANY_PREFIX: any_prefix(pattern, m, &c, w, i); break;
        case CTEXT_CASED: cased(pattern, m, &c, w, i); break;
        default: staged(pattern, m, &c, w, i);
      }
    }
  }
  w->begins[words] = w->doubtful[words] = 0;
}

static void scan_blocks(const ctext_pattern *pattern, window_place at, size_t words,
                        window_masks *w) {
  switch (pattern->family) {
    case CTEXT_BLANK_PREFIX: scan_family(pattern, CTEXT_BLANK_PREFIX, at, words, w); break;
    case CTEXT_ANY_PREFIX: scan_family(pattern, CTEXT_ANY_PREFIX, at, words, w); break;
    case CTEXT_CASED: scan_family(pattern, CTEXT_CASED, at, words, w); break;
    default: scan_family(pattern, CTEXT_STAGED, at, words, w);
  }
}

// Where the run of ones that holds bit i begins, and where it ends (`end` if it reaches so far).
static inline size_t run_begin(const uint64_t *words, size_t i) {
  while (i > 0) {
    size_t last = i - 1;
    uint64_t zeros = ~words[last / 64] << (63 - last % 64);
    if (zeros) return i - (size_t)__builtin_clzll(zeros);
    i -= last % 64 + 1;
  }
  return 0;
}
static inline size_t run_end(const uint64_t *words, size_t i, size_t end) {
  while (i < end) {
    uint64_t zeros = ~words[i / 64] >> (i % 64);
    if (zeros) {
      i += (size_t)__builtin_ctzll(zeros);
      return i < end ? i : end;
    }
    i += 64 - i % 64;
  }
  return end;
}

// The last character of white space goes with what follows it: a pretoken begins there, unless it
// is a line end. `behind` has the places right behind white space.
//
//   text      a ␣ ␣ b ␊ ␣ ␊ c ␊ ␣ ␣ d
//   behind    0 0 0 1 0 0 0 1 0 0 0 1
//   begins    1 1 1 0 1 0 0 1 1 1 1 0
//
// And where a line end follows other white space, which `white_begins` has cut from a line end
// before, all of it is one pretoken (column 5).
static inline void finish_spaces(window_masks *w, size_t words, size_t length) {
  uint64_t before_white = 0, before_space = 0, before_starts = 0;
  for (size_t i = 0; i < words; i++) {
    uint64_t white = w->white[i], space = w->space[i];
    uint64_t behind = ~white & (white << 1 | before_white) & ~w->border[i];
    if (length < 64 * i + 64) behind &= length > 64 * i ? (1ull << (length - 64 * i)) - 1 : 0;
    uint64_t last = behind >> 1;
    w->begins[i] |= last & space & w->starts[i];
    // The last byte of the block before, in one word of five.
    uint64_t across = behind & before_space;
    w->begins[i > 0 ? i - 1 : 0] |= (across & before_starts) << 63;
    if (across & ~before_starts) {
      size_t start = 64 * i - 1;
      while (!bit(w->starts, start)) start--;
      set(w->begins, start);
    }
    // The last bytes of longer characters: U+00A0, U+3000 and the like.
    for (last &= space & ~w->starts[i]; last; last &= last - 1) {
      size_t start = 64 * i + (size_t)__builtin_ctzll(last);
      while (!bit(w->starts, start)) start--;
      set(w->begins, start);
    }
    uint64_t newline = white & ~space & (space << 1 | before_space);
    for (; newline; newline &= newline - 1) {
      size_t start = run_begin(w->space, 64 * i + (size_t)__builtin_ctzll(newline));
      if (start > 0 && bit(w->white, start - 1)) clear(w->begins, start);
    }
    before_white = white >> 63;
    before_space = space >> 63;
    before_starts = w->starts[i] >> 63;
  }
}

// Cuts numbers of more than three digits. Most numbers are shorter, so that first the fourth bytes
// of runs are looked for, and from these on (`long_run`) the run's beginning.
//
//   number    0 1 1 1 1 1 0 1 1 0
//   long_run  0 0 0 0 1 1 0 0 0 0
static inline void cut_numbers(window_masks *w, size_t words, size_t length) {
  uint64_t before = 0;
  size_t done = 0;
  for (size_t i = 0; i < words; i++) {
    uint64_t number = w->number[i];
    uint64_t long_run = number & (number << 1 | before >> 63) & (number << 2 | before >> 62) &
                        (number << 3 | before >> 61);
    before = number;
    for (; long_run; long_run &= long_run - 1) {
      size_t fourth = 64 * i + (size_t)__builtin_ctzll(long_run);
      if (fourth < done) continue;
      size_t at = run_begin(w->number, fourth);
      done = run_end(w->number, fourth, length);
      for (int digits = 0; at < done; at++) {
        if (!bit(w->starts, at)) continue;
        if (digits == 3) {
          set(w->begins, at);
          digits = 0;
        }
        digits++;
      }
    }
  }
}

// Looks at what may be contractions. One that stands apart begins where it is already known that a
// pretoken begins; one that ends a word does not begin one. Behind both, one begins.
static inline void cut_contractions(const ctext_pattern *pattern, const uint8_t *text,
                                    size_t words, size_t length, window_masks *w) {
  size_t end = SIZE_MAX;
  for (size_t i = 0; i < words; i++) {
    for (uint64_t mask = w->contraction[i]; mask; mask &= mask - 1) {
      size_t at = 64 * i + (size_t)__builtin_ctzll(mask);
      // What follows a contraction begins anew: a second one is no ending of the first.
      if (at >= length || (pattern->family == CTEXT_CASED && at == end)) continue;
      size_t count = ctext_contraction(pattern->contractions, text + at, length - at);
      if (count == 0) continue;
      end = at + count;
      if (pattern->family == CTEXT_CASED) clear(w->begins, at);
      for (size_t inside = at + 1; inside < end; inside++) clear(w->begins, inside);
      set(w->begins, end);
      // A joiner (E2 80 8C, E2 80 8D) behind the letters of a contraction is not part of a word.
      if (end < length && text[end] == 0xE2) set(w->doubtful, end);
    }
  }
}

// Where the masks may be wrong, goes from the beginning of the pretoken before character by
// character until both agree again. Returns how far the result holds: `trusted`, or less where the
// end of the window has been seen.
static inline size_t settle_doubts(ctext_piece *piece, size_t words, size_t trusted, int final,
                                   window_masks *w) {
  size_t settled = 0;
  for (size_t i = 0; i < words; i++) {
    for (uint64_t mask = w->doubtful[i]; mask; mask &= mask - 1) {
      size_t at = 64 * i + (size_t)__builtin_ctzll(mask);
      if (at > trusted || at >= piece->length) return trusted;
      if (at < settled || (at == settled && at > 0)) continue;
      size_t start = at;
      while (start > 0 && !bit(w->begins, --start)) continue;
      for (int agreed = 0; !agreed && start < piece->length;) {
        if (piece->pattern->family != CTEXT_STAGED) piece->limit = piece->length;
        size_t end = ctext_piece_end(piece, start);
        if (!final && piece->seen + 4 > piece->length) return start;
        agreed = end > at && (end == piece->length || bit(w->begins, end));
        for (size_t inside = start + 1; inside < end; inside++) clear(w->begins, inside);
        set(w->begins, end);
        start = settled = end;
      }
    }
  }
  return trusted;
}

// The end of one pretoken that is longer than a window: looks at ever more of the text.
static inline size_t long_piece_end(const ctext_pattern *pattern, const uint8_t *text,
                                    size_t length, size_t position) {
  for (size_t more = 2 * CTEXT_WINDOW;; more *= 4) {
    size_t seen = more < length - position ? position + more : length;
    ctext_piece piece = {pattern, text, seen, position, 0};
    if (pattern->family != CTEXT_STAGED) piece.limit = seen;
    size_t end = ctext_piece_end(&piece, position);
    if (seen == length || piece.seen + 4 <= seen) return end;
  }
}

// The pretokens of a window. What a window's end might change is left to the next one.
static inline size_t scan_window(const ctext_pattern *pattern, const uint8_t *text, size_t length,
                                 size_t position, size_t window, uint32_t *ends) {
  window_masks w;
  int final = window >= length - position;
  size_t count = final ? length - position : window;
  size_t words = (count + 63) / 64;
  const uint8_t *bytes = text + position;
  scan_blocks(pattern, (window_place){bytes, position, length - position}, words, &w);
  finish_spaces(&w, words, count);
  if (pattern->digits == 3) cut_numbers(&w, words, count);
  cut_contractions(pattern, bytes, words, count, &w);
  // The last byte before the end's surroundings that is not white space: what is decided up to it
  // does not depend on what follows the window.
  size_t trusted = count;
  if (!final) {
    trusted = count - 16;
    while (trusted > 0 && bit(w.white, trusted)) trusted--;
  } else if (pattern->joins_final_spaces && bit(w.white, count - 1)) {
    for (size_t i = run_begin(w.white, count - 1) + 1; i < count; i++) clear(w.begins, i);
  }
  ctext_piece piece = {pattern, bytes, count, 0, 0};
  trusted = settle_doubts(&piece, words, trusted, final, &w);
  clear(w.begins, 0);
  size_t written = 0;
  for (size_t i = 0; i < words && 64 * i <= trusted; i++) {
    uint64_t mask = w.begins[i];
    if (trusted < 64 * i + 63) mask &= (2ull << (trusted - 64 * i)) - 1;
    if (final && count < 64 * i + 64) mask &= (1ull << (count - 64 * i)) - 1;
    written += write_ends(mask, (uint32_t)(position + 64 * i), ends + written);
  }
  if (final) ends[written++] = (uint32_t)length;
  return written;
}

static size_t scan(const ctext_pattern *pattern, const uint8_t *text, size_t length,
                   size_t position, uint32_t *ends, size_t room) {
  enum { SMALL = 256 };
  if (position >= length || room == 0) return 0;
  size_t written;
  if (room >= SMALL + CTEXT_ENDS_SLACK) {
    size_t window = (room - CTEXT_ENDS_SLACK) / 64 * 64;
    if (window > CTEXT_WINDOW) window = CTEXT_WINDOW;
    written = scan_window(pattern, text, length, position, window, ends);
  } else {
    uint32_t some[SMALL + CTEXT_ENDS_SLACK];
    written = scan_window(pattern, text, length, position, SMALL, some);
    if (written > room) written = room;
    memcpy(ends, some, written * sizeof *ends);
  }
  if (written > 0) return written;
  ends[0] = (uint32_t)long_piece_end(pattern, text, length, position);
  return 1;
}
