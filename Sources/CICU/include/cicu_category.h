// General categories of code points. A C loop fills a whole table, because a call per code point
// from Swift costs more than the look-up it makes.
#pragma once
#include <stdint.h>

/// The number of code points, U+0000 to U+10FFFF: the length of the tables below.
#define CICU_CODE_POINT_COUNT 0x110000

/// Writes each code point's general category (ICU's `UCharCategory`, 0 to 29).
void cicu_fill_general_categories(uint8_t *categories);
/// Whether the code point has Unicode's `White_Space` property.
int32_t cicu_is_white_space(uint32_t code_point);
