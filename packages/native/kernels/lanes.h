// Loops over elements. What is done with them is written once, as a function of a kind of lanes: the
// widest vector, four floats, or one (which goes through the same vector code, so gets the same bits).
#pragma once
#include "simd.h"

namespace dl {
namespace DL_LEVEL {

template <class V> struct Lanes {
  typedef V Vector;
  static INLINE V get(In p, i64 i) { return load<V>(p, i); }
  static INLINE void put(Out p, i64 i, V x) { store(p, i, x); }
};

struct One {
  typedef V4 Vector;
  static INLINE V4 get(In p, i64 i) { return splat<V4>(p[i]); }
  static INLINE void put(Out p, i64 i, V4 x) { p[i] = x[0]; }
};

/** A number as a vector of these lanes. */
template <class L> INLINE typename L::Vector all(L, float x) { return splat<typename L::Vector>(x); }

/** f(lanes, i) for the elements from … to. */
template <class F> INLINE void each(i32 from, i32 to, F f) {
  i32 i = from;
  for (; i + WIDE <= to; i += WIDE) f(Lanes<Wide>(), i);
  if (WIDE > 4) for (; i + 4 <= to; i += 4) f(Lanes<V4>(), i);
  for (; i < to; i++) f(One(), i);
}

/** f(0), f(1), … f(N − 1) with constants, so that arrays indexed by them become registers. */
template <i32 I> struct Index {
  constexpr operator i32() const { return I; }
};
template <i32 N, i32 I = 0, class F> INLINE void times(F f) {
  if constexpr (I < N) {
    f(Index<I>());
    times<N, I + 1>(f);
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
