// The properties behind grapheme clusters and aksharas, whole tables at a time. ICU's enum values
// are translated to the constants below, so that no ICU enum crosses into Swift.
#pragma once
#include <stdint.h>

/// Grapheme_Cluster_Break (UAX #29, table 2), and Extended_Pictographic where that is the only one.
enum {
  CICU_CLUSTER_OTHER = 0,
  CICU_CLUSTER_CR,
  CICU_CLUSTER_LF,
  CICU_CLUSTER_CONTROL,
  CICU_CLUSTER_EXTEND,
  CICU_CLUSTER_ZWJ,
  CICU_CLUSTER_SPACING_MARK,
  CICU_CLUSTER_PREPEND,
  CICU_CLUSTER_REGIONAL_INDICATOR,
  CICU_CLUSTER_PICTOGRAPHIC,
  CICU_CLUSTER_HANGUL_L,
  CICU_CLUSTER_HANGUL_V,
  CICU_CLUSTER_HANGUL_T,
  CICU_CLUSTER_HANGUL_LV,
  CICU_CLUSTER_HANGUL_LVT,
};

/// Indic_Syllabic_Category (UAX #44), the values that decide where an akshara ends.
enum {
  CICU_SYLLABIC_OTHER = 0,
  CICU_SYLLABIC_CONSONANT,
  CICU_SYLLABIC_CONSONANT_DEAD,
  CICU_SYLLABIC_CONSONANT_WITH_STACKER,
  CICU_SYLLABIC_VOWEL_INDEPENDENT,
  CICU_SYLLABIC_VOWEL_SIGN,
  CICU_SYLLABIC_VIRAMA,
  CICU_SYLLABIC_BINDU,
  CICU_SYLLABIC_VISARGA,
};

/// Writes the cluster value of each of the 0x110000 code points. Returns 0, or 1 where ICU failed.
int32_t cicu_fill_cluster_breaks(uint8_t *values);

/// Writes the syllabic value of each of the 0x110000 code points. Returns 0, or 1 where ICU failed.
int32_t cicu_fill_syllabic_categories(uint8_t *values);
