// A flat view of simdjson's DOM, so that Swift reads a parsed document without a call per value.
//
// A document becomes one byte buffer of events in document order:
//   'n' null · 't' true · 'f' false
//   'i' int64 (8 bytes) · 'u' uint64 (8 bytes, only above INT64_MAX) · 'd' double (8 bytes)
//   's' string: uint32 length, UTF-8 bytes
//   '[' array: uint32 count, then its values · '{' object: uint32 count, then key string + value
// Numbers are in host byte order.
#pragma once
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

/// A reusable parser; owns the buffers that a parse returns.
typedef struct cjson_parser cjson_parser;

cjson_parser *cjson_parser_create(void);
void cjson_parser_destroy(cjson_parser *parser);

/// Parses `length` bytes. On success returns 0 and sets `events` and `events_length`, valid until
/// the next call; otherwise returns simdjson's error code (> 0), `cjson_message` gives its text.
int32_t cjson_parse(
    cjson_parser *parser, const uint8_t *bytes, size_t length, const uint8_t **events,
    size_t *events_length);

/// As `cjson_parse`, for bytes behind which `cjson_padding()` more can be read; gives simdjson's own
/// tape (its `doc/tape.md`) and the buffer into which strings on the tape point.
int32_t cjson_parse_padded(
    cjson_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
    const uint8_t **strings);

/// How many bytes must be readable behind a padded text.
size_t cjson_padding(void);

/// Escapes a string's UTF-8 for JSON, without the quotation marks, and returns the length.
/// `output` must have room for 6 bytes for each byte of `text` and 16 more. `has_bracket` becomes 1
/// if `<` or `[` occurs, else 0.
size_t cjson_escape(const uint8_t *text, size_t length, uint8_t *output, int32_t *has_bracket);

/// Where the search for the end of a value stands.
typedef struct {
  /// Where the value begins.
  size_t start;
  /// What has been looked at.
  size_t position;
  uint32_t depth;
  uint8_t in_string;
  uint8_t escaped;
} cjson_scan;

/// Goes on to the end of a value by its brackets and strings alone: 1 if `position` stands behind
/// it, 0 if more bytes are needed. A number or word ends before a space, comma or `]`.
int32_t cjson_scan_value(cjson_scan *scan, const uint8_t *bytes, size_t length);

/// The line feeds among some bytes.
size_t cjson_count_lines(const uint8_t *bytes, size_t length);

/// A static text for an error code.
const char *cjson_message(int32_t code);

#ifdef __cplusplus
}
#endif
