#include "corthography_models.h"

static const uint8_t romanized_language[] = {
#embed "romanized_language.bin"
};

static const uint8_t transliteration_kannada[] = {
#embed "transliteration_kannada.bin"
};

static const uint8_t transliteration_telugu[] = {
#embed "transliteration_telugu.bin"
};

const uint8_t *corthography_romanized_language(size_t *count) {
  *count = sizeof romanized_language;
  return romanized_language;
}

const uint8_t *corthography_transliteration_kannada(size_t *count) {
  *count = sizeof transliteration_kannada;
  return transliteration_kannada;
}

const uint8_t *corthography_transliteration_telugu(size_t *count) {
  *count = sizeof transliteration_telugu;
  return transliteration_telugu;
}
