#include "cjson_shim.h"
#include <cstring>
#include <simdjson.h>
#include <vector>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

struct cjson_parser {
  simdjson::dom::parser dom;
  std::vector<uint8_t> events;
};

namespace {

template <typename Value> void put(std::vector<uint8_t> &out, char tag, Value value) {
  size_t at = out.size();
  out.resize(at + 1 + sizeof(Value));
  out[at] = static_cast<uint8_t>(tag);
  std::memcpy(out.data() + at + 1, &value, sizeof(Value));
}

void put_string(std::vector<uint8_t> &out, std::string_view text) {
  put(out, 's', static_cast<uint32_t>(text.size()));
  out.insert(out.end(), text.begin(), text.end());
}

// simdjson has checked the whole document, and its depth (1,024), before this walk begins.
void walk(std::vector<uint8_t> &out, simdjson::dom::element element) {
  using simdjson::dom::element_type;
  switch (element.type()) {
  case element_type::NULL_VALUE: out.push_back('n'); break;
  case element_type::BOOL: out.push_back(bool(element) ? 't' : 'f'); break;
  case element_type::INT64: put(out, 'i', int64_t(element)); break;
  case element_type::UINT64: put(out, 'u', uint64_t(element)); break;
  case element_type::DOUBLE: put(out, 'd', double(element)); break;
  case element_type::STRING: put_string(out, std::string_view(element)); break;
  case element_type::ARRAY: {
    simdjson::dom::array array = element;
    size_t count_at = out.size() + 1;
    put(out, '[', uint32_t(0));
    uint32_t count = 0;
    for (simdjson::dom::element child : array) {
      walk(out, child);
      count++;
    }
    std::memcpy(out.data() + count_at, &count, sizeof(count));
    break;
  }
  case element_type::OBJECT: {
    simdjson::dom::object object = element;
    size_t count_at = out.size() + 1;
    put(out, '{', uint32_t(0));
    uint32_t count = 0;
    for (auto field : object) {
      put_string(out, field.key);
      walk(out, field.value);
      count++;
    }
    std::memcpy(out.data() + count_at, &count, sizeof(count));
    break;
  }
  default: break;
  }
}

// The place of the next quotation mark or backslash.
size_t end_of_plain_text(const uint8_t *bytes, size_t index, size_t length) {
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  for (; index + 16 <= length; index += 16) {
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(bytes + index));
    int mask = _mm_movemask_epi8(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)));
    if (mask != 0) return index + __builtin_ctz(static_cast<unsigned>(mask));
  }
#endif
  while (index < length && bytes[index] != '"' && bytes[index] != '\\') index++;
  return index;
}

// The escapes that `JSONWriter` writes: the short ones of line feed, carriage return and tab, and
// four lower-case hexadecimal digits for other control characters.
uint8_t *escape_byte(uint8_t *out, uint8_t byte) {
  static const char digits[] = "0123456789abcdef";
  *out++ = '\\';
  switch (byte) {
  case '"': *out++ = '"'; break;
  case '\\': *out++ = '\\'; break;
  case '\n': *out++ = 'n'; break;
  case '\r': *out++ = 'r'; break;
  case '\t': *out++ = 't'; break;
  default:
    *out++ = 'u';
    *out++ = '0';
    *out++ = '0';
    *out++ = digits[byte >> 4];
    *out++ = digits[byte & 15];
  }
  return out;
}

} // namespace

extern "C" {

cjson_parser *cjson_parser_create(void) { return new (std::nothrow) cjson_parser(); }
void cjson_parser_destroy(cjson_parser *parser) { delete parser; }

int32_t cjson_parse(
    cjson_parser *parser, const uint8_t *bytes, size_t length, const uint8_t **events,
    size_t *events_length) {
  try {
    simdjson::dom::element root;
    auto error = parser->dom.parse(bytes, length, /* copies into a padded buffer */ true).get(root);
    if (error) return static_cast<int32_t>(error);
    parser->events.clear();
    walk(parser->events, root);
    *events = parser->events.data();
    *events_length = parser->events.size();
    return 0;
  } catch (const std::bad_alloc &) {
    return static_cast<int32_t>(simdjson::MEMALLOC);
  } catch (const simdjson::simdjson_error &error) {
    return static_cast<int32_t>(error.error());
  }
}

int32_t cjson_parse_padded(
    cjson_parser *parser, const uint8_t *bytes, size_t length, const uint64_t **tape,
    const uint8_t **strings) {
  try {
    auto error = parser->dom.parse(bytes, length, /* is padded already */ false).error();
    if (error) return static_cast<int32_t>(error);
    *tape = parser->dom.doc.tape.get();
    *strings = parser->dom.doc.string_buf.get();
    return 0;
  } catch (const std::bad_alloc &) {
    return static_cast<int32_t>(simdjson::MEMALLOC);
  } catch (const simdjson::simdjson_error &error) {
    return static_cast<int32_t>(error.error());
  }
}

int32_t cjson_scan_value(cjson_scan *scan, const uint8_t *bytes, size_t length) {
  size_t index = scan->position;
  while (index < length) {
    uint8_t byte = bytes[index];
    if (scan->in_string) {
      if (scan->escaped) {
        scan->escaped = 0;
        index++;
        continue;
      }
      index = end_of_plain_text(bytes, index, length);
      if (index == length) break;
      byte = bytes[index++];
      if (byte == '\\') {
        scan->escaped = 1;
      } else {
        scan->in_string = 0;
        if (scan->depth == 0) return scan->position = index, 1;
      }
      continue;
    }
    if (scan->depth == 0 && index > scan->start &&
        (byte == ' ' || (byte >= 0x09 && byte <= 0x0D) || byte == ',' || byte == ']'))
      return scan->position = index, 1;
    index++;
    switch (byte) {
    case '"': scan->in_string = 1; break;
    case '{':
    case '[': scan->depth++; break;
    case '}':
    case ']':
      if (scan->depth > 0) scan->depth--;
      if (scan->depth == 0) return scan->position = index, 1;
    }
  }
  scan->position = index;
  return 0;
}

size_t cjson_count_lines(const uint8_t *bytes, size_t length) {
  size_t count = 0;
  for (size_t i = 0; i < length; i++) count += bytes[i] == '\n';
  return count;
}

size_t cjson_padding(void) { return simdjson::SIMDJSON_PADDING; }

size_t cjson_escape(const uint8_t *text, size_t length, uint8_t *output, int32_t *has_bracket) {
  uint8_t *out = output;
  size_t index = 0;
  int brackets = 0;
#if defined(__SSE2__)
  const __m128i quote = _mm_set1_epi8('"'), backslash = _mm_set1_epi8('\\');
  const __m128i control = _mm_set1_epi8(0x1F);
  const __m128i angle = _mm_set1_epi8('<'), square = _mm_set1_epi8('[');
  while (index + 16 <= length) {
    __m128i block = _mm_loadu_si128(reinterpret_cast<const __m128i *>(text + index));
    __m128i special = _mm_or_si128(
        _mm_or_si128(_mm_cmpeq_epi8(block, quote), _mm_cmpeq_epi8(block, backslash)),
        _mm_cmpeq_epi8(_mm_min_epu8(block, control), block));
    __m128i bracket = _mm_or_si128(_mm_cmpeq_epi8(block, angle), _mm_cmpeq_epi8(block, square));
    int mask = _mm_movemask_epi8(special);
    brackets |= _mm_movemask_epi8(bracket);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(out), block);
    if (mask == 0) {
      out += 16;
      index += 16;
    } else {
      int clean = __builtin_ctz(static_cast<unsigned>(mask));
      out = escape_byte(out + clean, text[index + clean]);
      index += clean + 1;
    }
  }
#endif
  for (; index < length; index++) {
    uint8_t byte = text[index];
    brackets |= byte == '<' || byte == '[';
    if (byte < 0x20 || byte == '"' || byte == '\\') {
      out = escape_byte(out, byte);
    } else {
      *out++ = byte;
    }
  }
  *has_bracket = brackets != 0;
  return out - output;
}

const char *cjson_message(int32_t code) {
  return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
}
