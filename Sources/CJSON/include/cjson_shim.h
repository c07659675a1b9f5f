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

/// A static text for an error code.
const char *cjson_message(int32_t code);

#ifdef __cplusplus
}
#endif
