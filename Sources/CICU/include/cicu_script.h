// Scripts of characters, by ISO 15924 codes packed big-endian into 32 bits ('K','n','d','a' is
// 0x4B6E6461), so that no ICU enum crosses into Swift.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// The script of a scalar (UAX #24 `Script`): `Zyyy` (common) and `Zinh` (inherited) are shared.
uint32_t cicu_script(uint32_t scalar);

/// Whether `script` uses the scalar (UAX #24 `Script_Extensions`).
int32_t cicu_script_uses(uint32_t script, uint32_t scalar);

/// One script and how many letters and marks have it.
typedef struct {
  uint32_t script;
  uint64_t count;
} cicu_script_count;

/// Counts letters and marks (general categories L and M) of valid UTF-8 by their script; shared
/// ones are left out. Writes at most `capacity` entries in the order of first appearance.
/// Returns how many scripts there are, which may be more than `capacity`.
size_t cicu_script_counts(
    const uint8_t *utf8, size_t length, cicu_script_count *counts, size_t capacity);

/// Letters and marks of the three scripts that matter one by one, and of all others together.
typedef struct {
  uint64_t latin;
  uint64_t kannada;
  uint64_t telugu;
  uint64_t others;
} cicu_script_tally;

/// Counts as `cicu_script_counts` does, and adds to `tally`.
void cicu_script_tally_add(cicu_script_tally *tally, const uint8_t *utf8, size_t length);

/// Whether Unicode knows a script of this code.
int32_t cicu_script_is_known(uint32_t script);
