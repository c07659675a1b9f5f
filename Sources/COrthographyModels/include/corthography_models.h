// Trained models as bytes inside the program, so that a single file can be carried to another machine. Each file says in its first bytes
// what it is; the scripts in tools/ that made them say how.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Tells Kannada, Telugu and English apart in Latin letters: tools/train-romanized-language.
const uint8_t *_Nonnull corthography_romanized_language(size_t *_Nonnull count);

// Transliterate between colloquial Latin letters and Kannada or Telugu: tools/train-transliteration.
const uint8_t *_Nonnull corthography_transliteration_kannada(size_t *_Nonnull count);
const uint8_t *_Nonnull corthography_transliteration_telugu(size_t *_Nonnull count);
