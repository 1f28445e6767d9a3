// Vectors of 4, 8 and 16 floats, written once for all processors: arithmetic and comparison are the
// compiler's own vector operators, the few operations they lack are named here. `Wide` is the
// level's vector. A function of vectors gives each lane the same bits at every width, so a level's
// results are those of WebAssembly's relaxed SIMD: one rounding in `madd`, no contraction elsewhere.
#pragma once
#include "types.h"

#if defined(__x86_64__) || defined(_M_X64)
#include <immintrin.h>
#else
#include <arm_neon.h>
#endif

namespace dl {
namespace DL_LEVEL {

typedef float V4 __attribute__((vector_size(16)));
typedef i32 I4 __attribute__((vector_size(16)));
typedef u32 U4 __attribute__((vector_size(16)));

template <class V> struct IntsOf;
template <> struct IntsOf<V4> {
  typedef I4 Signed;
  typedef U4 Unsigned;
};

#if defined(__x86_64__) || defined(_M_X64)
INLINE V4 madd(V4 a, V4 b, V4 c) { return (V4)_mm_fmadd_ps((__m128)a, (__m128)b, (__m128)c); }
INLINE V4 sqrt(V4 x) { return (V4)_mm_sqrt_ps((__m128)x); }
INLINE V4 floor(V4 x) { return (V4)_mm_floor_ps((__m128)x); }
/** b where a < b, else a; so a NaN in a stays. The processor's own maximum is that of exchanged operands. */
INLINE V4 pmax(V4 a, V4 b) { return (V4)_mm_max_ps((__m128)b, (__m128)a); }
INLINE V4 pmin(V4 a, V4 b) { return (V4)_mm_min_ps((__m128)b, (__m128)a); }

typedef float V8 __attribute__((vector_size(32)));
typedef i32 I8 __attribute__((vector_size(32)));
typedef u32 U8 __attribute__((vector_size(32)));
template <> struct IntsOf<V8> {
  typedef I8 Signed;
  typedef U8 Unsigned;
};
INLINE V8 madd(V8 a, V8 b, V8 c) { return (V8)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c); }
INLINE V8 sqrt(V8 x) { return (V8)_mm256_sqrt_ps((__m256)x); }
INLINE V8 floor(V8 x) { return (V8)_mm256_floor_ps((__m256)x); }
INLINE V8 pmax(V8 a, V8 b) { return (V8)_mm256_max_ps((__m256)b, (__m256)a); }
INLINE V8 pmin(V8 a, V8 b) { return (V8)_mm256_min_ps((__m256)b, (__m256)a); }
#else
INLINE V4 madd(V4 a, V4 b, V4 c) {
  return (V4)vfmaq_f32((float32x4_t)c, (float32x4_t)a, (float32x4_t)b);
}
INLINE V4 sqrt(V4 x) { return (V4)vsqrtq_f32((float32x4_t)x); }
INLINE V4 floor(V4 x) { return (V4)vrndmq_f32((float32x4_t)x); }
INLINE V4 pmax(V4 a, V4 b) {
  const I4 less = a < b;
  return (V4)((less & (I4)b) | (~less & (I4)a));
}
INLINE V4 pmin(V4 a, V4 b) {
  const I4 less = b < a;
  return (V4)((less & (I4)b) | (~less & (I4)a));
}
#endif

#if defined(__AVX512F__)
typedef float V16 __attribute__((vector_size(64)));
typedef i32 I16 __attribute__((vector_size(64)));
typedef u32 U16 __attribute__((vector_size(64)));
template <> struct IntsOf<V16> {
  typedef I16 Signed;
  typedef U16 Unsigned;
};
INLINE V16 madd(V16 a, V16 b, V16 c) { return (V16)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c); }
INLINE V16 sqrt(V16 x) { return (V16)_mm512_sqrt_ps((__m512)x); }
INLINE V16 floor(V16 x) { return (V16)_mm512_roundscale_ps((__m512)x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC); }
INLINE V16 pmax(V16 a, V16 b) { return (V16)_mm512_max_ps((__m512)b, (__m512)a); }
INLINE V16 pmin(V16 a, V16 b) { return (V16)_mm512_min_ps((__m512)b, (__m512)a); }
typedef V16 Wide;
#elif defined(__AVX2__)
typedef V8 Wide;
#else
typedef V4 Wide;
#endif

template <class V> using Signed = typename IntsOf<V>::Signed;
template <class V> using Unsigned = typename IntsOf<V>::Unsigned;
template <class V> constexpr i32 LANES = sizeof(V) / 4;
/** Floats of the widest vector. */
constexpr i32 WIDE = LANES<Wide>;

template <class V> INLINE V splat(float x) { return x - V{}; }  // 0 + x would lose the sign of −0
template <class V> INLINE V load(In p, i64 i = 0) {
  V v;
  __builtin_memcpy(&v, raw(p + i, LANES<V>), sizeof v);
  return v;
}
template <class V> INLINE void store(Out p, i64 i, V v) { __builtin_memcpy(raw(p + i, LANES<V>), &v, sizeof v); }

/** a in the lanes where the mask is set, b elsewhere. */
template <class V> INLINE V blend(V a, V b, Signed<V> mask) {
  return (V)((mask & (Signed<V>)a) | (~mask & (Signed<V>)b));
}
/** x in the lanes where the mask is set, 0 elsewhere. */
template <class V> INLINE V masked(V x, Signed<V> mask) { return (V)((Signed<V>)x & mask); }
template <class V> INLINE V negated(V x) { return (V)((Unsigned<V>)x ^ 0x80000000u); }
template <class V> INLINE V absolute(V x) { return (V)((Signed<V>)x & 0x7fffffff); }

/** Lane by lane what follows has the order of WebAssembly's vectors of four. */
INLINE float sumLanes(V4 x) { return (x[0] + x[1]) + (x[2] + x[3]); }

/** total + the fours of x, one after the other. */
template <class V> INLINE V4 addFours(V4 total, V x) {
  V4 fours[LANES<V> / 4];
  __builtin_memcpy(fours, &x, sizeof x);
  for (i32 i = 0; i < LANES<V> / 4; i++) total += fours[i];
  return total;
}

#ifdef __clang__
#define SHUFFLE(a, b, i, j, k, l) __builtin_shufflevector(a, b, i, j, k, l)
#else
#define SHUFFLE(a, b, i, j, k, l) __builtin_shuffle(a, b, (I4){i, j, k, l})
#endif

/** Four rows of four as columns. */
INLINE void transpose(V4 r[4]) {
  const V4 t0 = SHUFFLE(r[0], r[1], 0, 4, 1, 5), t1 = SHUFFLE(r[0], r[1], 2, 6, 3, 7);
  const V4 t2 = SHUFFLE(r[2], r[3], 0, 4, 1, 5), t3 = SHUFFLE(r[2], r[3], 2, 6, 3, 7);
  r[0] = SHUFFLE(t0, t2, 0, 1, 4, 5);
  r[1] = SHUFFLE(t0, t2, 2, 3, 6, 7);
  r[2] = SHUFFLE(t1, t3, 0, 1, 4, 5);
  r[3] = SHUFFLE(t1, t3, 2, 3, 6, 7);
}

/** Writes the transpose of four rows of four to dst, dst + stride, … */
INLINE void storeTransposed(V4 r0, V4 r1, V4 r2, V4 r3, Out dst, i64 stride) {
  V4 r[4] = {r0, r1, r2, r3};
  transpose(r);
  for (i32 i = 0; i < 4; i++) store(dst, i * stride, r[i]);
}

}  // namespace DL_LEVEL
}  // namespace dl
