#include "cjson_shim.h"
#include <cstring>
#include <simdjson.h>
#include <vector>

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

const char *cjson_message(int32_t code) {
  return simdjson::error_message(static_cast<simdjson::error_code>(code));
}
}
