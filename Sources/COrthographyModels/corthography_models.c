#include "corthography_models.h"

static const uint8_t romanized_language[] = {
#embed "romanized_language.bin"
};

const uint8_t *corthography_romanized_language(size_t *count) {
  *count = sizeof romanized_language;
  return romanized_language;
}
