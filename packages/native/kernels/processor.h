// Which levels this processor, and the system that saves its registers, have.
#pragma once
#include "level.h"

namespace dl {

#if defined(__x86_64__) || defined(_M_X64)

struct Registers {
  unsigned a, b, c, d;
};

// not __builtin_cpu_supports: it wants a runtime library
static inline Registers cpuid(unsigned leaf) {
  Registers r = {leaf, 0, 0, 0};
  __asm__ volatile("cpuid" : "+a"(r.a), "=b"(r.b), "+c"(r.c), "=d"(r.d));
  return r;
}

/** The best level first. */
static inline int levelsOf(const Level *found[2]) {
  const unsigned features = cpuid(1).c;
  const unsigned FMA = 1u << 12, SAVES = 1u << 27;
  if (!(features & FMA) || !(features & SAVES) || cpuid(0).a < 7) return 0;
  unsigned saved, high;
  __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  const unsigned extended = cpuid(7).b;
  const unsigned AVX2 = 1u << 5, AVX512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
  int count = 0;
  if ((extended & AVX512) == AVX512 && (saved & 0xe6) == 0xe6) found[count++] = &avx512Level;
  if ((extended & AVX2) && (saved & 6) == 6) found[count++] = &avx2Level;
  return count;
}

#else

static inline int levelsOf(const Level *found[2]) {
  found[0] = &neonLevel;
  return 1;
}

#endif

}  // namespace dl
