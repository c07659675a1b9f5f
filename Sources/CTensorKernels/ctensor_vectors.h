// Vectors of sixteen elements, and the few loops over them that all bodies share.
//
// Sixteen floats are one vector, whatever the machine's registers hold; the compiler cuts it in two or
// four. A body is compiled once for each instruction set, so everything here is `static`.
#pragma once

typedef float v16 __attribute__((vector_size(64)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint32_t u16 __attribute__((vector_size(64)));

#define INLINE static inline __attribute__((always_inline, unused))

INLINE v16 all(float x) { return (v16){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x}; }
INLINE v16 fused(v16 a, v16 b, v16 c) { return __builtin_elementwise_fma(a, b, c); }
INLINE v16 choose(i16 mask, v16 a, v16 b) { return (v16)((mask & (i16)a) | (~mask & (i16)b)); }

// The next 16 elements of `left`; `fill` beyond the end.
INLINE v16 load(const float *p, int64_t left, float fill) {
  v16 x = all(fill);
  if (left >= 16) {
    memcpy(&x, p, 64);
  } else {
    for (int i = 0; i < left; i++) x[i] = p[i];
  }
  return x;
}

INLINE void store(float *p, int64_t left, v16 x) {
  if (left >= 16) {
    memcpy(p, &x, 64);
  } else {
    for (int i = 0; i < left; i++) p[i] = x[i];
  }
}

// What a product makes of 16 elements of its result: added to what is there, or in its place.
INLINE void put(float *p, int64_t left, v16 x, bool accumulate) {
  store(p, left, accumulate ? load(p, left, 0) + x : x);
}

// Lanes 8–15 are added to 0–7, 4–7 to 0–3, 2–3 to 0–1, and 1 to 0.
INLINE float lane_sum(v16 lanes) {
  float x[16];
  memcpy(x, &lanes, 64);
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) x[i] += x[i + width];
  }
  return x[0];
}

INLINE float lane_maximum(v16 lanes) {
  float x[16];
  memcpy(x, &lanes, 64);
  for (int width = 8; width > 0; width /= 2) {
    for (int i = 0; i < width; i++) x[i] = x[i] > x[i + width] ? x[i] : x[i + width];
  }
  return x[0];
}

// Transposes 16 rows of 16 words: in each round every second row exchanges halves of ever wider blocks.
INLINE void transpose(u16 *x) {
  u16 y[16];
#define ROUND(from, to, step, A, B)                                                   \
  for (int i = 0; i < 16; i++) {                                                      \
    if (i & step) continue;                                                           \
    to[i] = __builtin_shufflevector(from[i], from[i + step], A);                      \
    to[i + step] = __builtin_shufflevector(from[i], from[i + step], B);               \
  }
#define LIST(...) __VA_ARGS__
  ROUND(x, y, 1, LIST(0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30),
        LIST(1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31))
  ROUND(y, x, 2, LIST(0, 1, 16, 17, 4, 5, 20, 21, 8, 9, 24, 25, 12, 13, 28, 29),
        LIST(2, 3, 18, 19, 6, 7, 22, 23, 10, 11, 26, 27, 14, 15, 30, 31))
  ROUND(x, y, 4, LIST(0, 1, 2, 3, 16, 17, 18, 19, 8, 9, 10, 11, 24, 25, 26, 27),
        LIST(4, 5, 6, 7, 20, 21, 22, 23, 12, 13, 14, 15, 28, 29, 30, 31))
  ROUND(y, x, 8, LIST(0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23),
        LIST(8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31))
#undef LIST
#undef ROUND
}
