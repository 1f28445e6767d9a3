// A level is a set of vector instructions for which all kernels are compiled: avx2, avx512, neon.
#pragma once
#include "node-api.h"

namespace dl {

struct Kernel {
  const char *name;
  /** How many numbers it takes. */
  int arity;
  /** The function of JavaScript; its data is where the memory begins. */
  napi_callback call;
};

struct Level {
  const char *name;
  const Kernel *kernels;
  int count;
};

#if defined(__x86_64__) || defined(_M_X64)
extern const Level avx2Level, avx512Level;
#else
extern const Level neonLevel;
#endif

}  // namespace dl
