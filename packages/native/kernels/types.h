// What every kernel shares: names of numbers, and pointers into the WebAssembly memory.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "checked.h"

#define INLINE inline __attribute__((always_inline))
/** The same for a lambda, after its parameters. */
#define INLINE_BODY __attribute__((always_inline))

namespace dl {
namespace DL_LEVEL {

typedef int32_t i32;
typedef uint32_t u32;
typedef int64_t i64;

#ifdef DL_CHECKED
template <class T> using Ptr = CheckedPtr<T>;
#else
template <class T> using Ptr = T *;
#endif

typedef Ptr<float> Out;
typedef Ptr<const float> In;
typedef Ptr<const i32> Ids;

/** Where the WebAssembly memory begins, for kernels that read addresses out of it. */
struct Memory {
  char *base;
  template <class T> Ptr<T> at(i32 address) const { return (T *)(base + (u32)address); }
};

// Not from the standard library: its functions would be compiled with this level's instructions and
// then, being the same for the linker, run at another's.
INLINE i32 min(i32 a, i32 b) { return a < b ? a : b; }
INLINE i32 max(i32 a, i32 b) { return a > b ? a : b; }

/** Floats set to 0, and floats copied. */
INLINE void zero(Out to, i64 n) {
  if (n > 0) __builtin_memset(raw(to, n), 0, n * 4);
}
INLINE void copyFloats(In from, Out to, i64 n) {
  if (n > 0) __builtin_memcpy(raw(to, n), raw(from, n), n * 4);
}

}  // namespace DL_LEVEL
}  // namespace dl
