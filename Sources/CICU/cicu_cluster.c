#include "cicu_cluster.h"
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucpmap.h>
#include <unicode/uset.h>

static uint8_t cluster_value(uint32_t value) {
  switch (value) {
    case U_GCB_CR: return CICU_CLUSTER_CR;
    case U_GCB_LF: return CICU_CLUSTER_LF;
    case U_GCB_CONTROL: return CICU_CLUSTER_CONTROL;
    case U_GCB_EXTEND: return CICU_CLUSTER_EXTEND;
    case U_GCB_ZWJ: return CICU_CLUSTER_ZWJ;
    case U_GCB_SPACING_MARK: return CICU_CLUSTER_SPACING_MARK;
    case U_GCB_PREPEND: return CICU_CLUSTER_PREPEND;
    case U_GCB_REGIONAL_INDICATOR: return CICU_CLUSTER_REGIONAL_INDICATOR;
    case U_GCB_L: return CICU_CLUSTER_HANGUL_L;
    case U_GCB_V: return CICU_CLUSTER_HANGUL_V;
    case U_GCB_T: return CICU_CLUSTER_HANGUL_T;
    case U_GCB_LV: return CICU_CLUSTER_HANGUL_LV;
    case U_GCB_LVT: return CICU_CLUSTER_HANGUL_LVT;
    default: return CICU_CLUSTER_OTHER;
  }
}

static uint8_t syllabic_value(uint32_t value) {
  switch (value) {
    case U_INSC_CONSONANT: return CICU_SYLLABIC_CONSONANT;
    case U_INSC_CONSONANT_DEAD: return CICU_SYLLABIC_CONSONANT_DEAD;
    case U_INSC_CONSONANT_WITH_STACKER: return CICU_SYLLABIC_CONSONANT_WITH_STACKER;
    case U_INSC_VOWEL_INDEPENDENT: return CICU_SYLLABIC_VOWEL_INDEPENDENT;
    case U_INSC_VOWEL_DEPENDENT:
    case U_INSC_VOWEL: return CICU_SYLLABIC_VOWEL_SIGN;
    case U_INSC_VIRAMA: return CICU_SYLLABIC_VIRAMA;
    case U_INSC_BINDU: return CICU_SYLLABIC_BINDU;
    case U_INSC_VISARGA: return CICU_SYLLABIC_VISARGA;
    default: return CICU_SYLLABIC_OTHER;
  }
}

static int32_t fill(UProperty property, uint8_t (*translate)(uint32_t), uint8_t *values) {
  UErrorCode status = U_ZERO_ERROR;
  const UCPMap *map = u_getIntPropertyMap(property, &status);
  if (U_FAILURE(status)) return 1;
  UChar32 start = 0, end;
  uint32_t value;
  while ((end = ucpmap_getRange(map, start, UCPMAP_RANGE_NORMAL, 0, NULL, NULL, &value)) >= 0) {
    memset(values + start, translate(value), (size_t)(end - start + 1));
    start = end + 1;
  }
  return 0;
}

int32_t cicu_fill_cluster_breaks(uint8_t *values) {
  if (fill(UCHAR_GRAPHEME_CLUSTER_BREAK, cluster_value, values) != 0) return 1;
  UErrorCode status = U_ZERO_ERROR;
  const USet *pictographs = u_getBinaryPropertySet(UCHAR_EXTENDED_PICTOGRAPHIC, &status);
  if (U_FAILURE(status)) return 1;
  for (int32_t item = 0; item < uset_getItemCount(pictographs); item++) {
    UChar32 start, end;
    if (uset_getItem(pictographs, item, &start, &end, NULL, 0, &status) != 0) continue;
    for (UChar32 code = start; code <= end; code++) {
      if (values[code] == CICU_CLUSTER_OTHER) values[code] = CICU_CLUSTER_PICTOGRAPHIC;
    }
  }
  return U_FAILURE(status);
}

int32_t cicu_fill_syllabic_categories(uint8_t *values) {
  return fill(UCHAR_INDIC_SYLLABIC_CATEGORY, syllabic_value, values);
}
