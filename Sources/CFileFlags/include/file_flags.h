#pragma once

/// `O_DIRECT`, which differs between processors and which the C library shows to GNU sources alone.
extern const int akshara_open_direct;
