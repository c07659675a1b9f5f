#include "cicu_category.h"
#include <string.h>
#include <unicode/uchar.h>

static UBool U_CALLCONV fill_range(
    const void *context, UChar32 start, UChar32 limit, UCharCategory category) {
  memset((uint8_t *)context + start, (int)category, (size_t)(limit - start));
  return 1;
}

void cicu_fill_general_categories(uint8_t *categories) {
  u_enumCharTypes(fill_range, categories);
}

int32_t cicu_is_white_space(uint32_t code_point) { return u_isUWhiteSpace((UChar32)code_point); }
