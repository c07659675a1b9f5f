// Wrappers over ICU. No ICU type stands here: <unicode/*.h> does not compile beside Foundation,
// whose bundled ICU declares the same C enums. Status codes are ICU's (<= 0: fine).
#pragma once
#include <stddef.h>
#include <stdint.h>

/// ICU's version, such as "72.1".
const char *cicu_version(void);
/// The Unicode version of ICU's tables, such as "15.0".
const char *cicu_unicode_version(void);
