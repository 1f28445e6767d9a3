// From a C++ function of pointers and numbers to a function of JavaScript's numbers. Addresses are
// offsets into the memory, 0 is none; those above 2 GiB may come negative.
#pragma once
#include "level.h"
#include "types.h"

namespace dl {
namespace DL_LEVEL {

/** An argument of a kernel, from the next number of the call. */
template <class T> struct Argument;
struct Call {
  napi_env env;
  char *base;
  napi_value values[24];
  int next = 0;
  INLINE i32 integer() {
    int64_t x = 0;
    napi_get_value_int64(env, values[next++], &x);
    return (i32)x;
  }
  INLINE char *address() {
    const u32 offset = (u32)integer();
    return offset == 0 ? nullptr : base + offset;
  }
};
template <> struct Argument<Memory> {
  static constexpr int TAKES = 0;
  static INLINE Memory of(Call &call) { return {call.base}; }
};
template <> struct Argument<i32> {
  static constexpr int TAKES = 1;
  static INLINE i32 of(Call &call) { return call.integer(); }
};
template <> struct Argument<bool> {
  static constexpr int TAKES = 1;
  static INLINE bool of(Call &call) { return call.integer() != 0; }
};
template <> struct Argument<float> {
  static constexpr int TAKES = 1;
  static INLINE float of(Call &call) {
    double x = 0;
    napi_get_value_double(call.env, call.values[call.next++], &x);
    return (float)x;
  }
};
#ifdef DL_CHECKED
template <class T> struct Argument<CheckedPtr<T>>
#else
template <class T> struct Argument<T *>
#endif
{
  static constexpr int TAKES = 1;
  static INLINE Ptr<T> of(Call &call) { return (T *)call.address(); }
};

template <class F> struct Bound;
template <class R, class... A> struct Bound<R (*)(A...)> {
  static constexpr int ARITY = (0 + ... + Argument<A>::TAKES);

  template <R (*F)(A...)> static napi_value run(napi_env env, napi_callback_info info) {
    Call call;
    call.env = env;
    size_t count = sizeof call.values / sizeof *call.values;
    void *base = nullptr;
    // what is missing is undefined, which counts as 0
    napi_get_cb_info(env, info, &count, call.values, nullptr, &base);
    call.base = (char *)base;
#ifdef DL_CHECKED
    bounds = {call.base, call.base + limit};
    try {
      return result<F>(call);
    } catch (OutOfMemory) {
      napi_throw_range_error(env, nullptr, "a native kernel left the memory");
      return nullptr;
    }
#else
    return result<F>(call);
#endif
  }

 private:
  template <R (*F)(A...)> static INLINE napi_value result(Call &call) {
    // braces of a constructor, whose arguments are read in their order
    if constexpr (__is_same(R, void)) {
      struct Run {
        INLINE Run(A... args) { F(args...); }
      };
      Run{Argument<A>::of(call)...};
      return nullptr;
    } else {
      struct Run {
        R value;
        INLINE Run(A... args) : value(F(args...)) {}
      };
      napi_value value;
      napi_create_double(call.env, (double)Run{Argument<A>::of(call)...}.value, &value);
      return value;
    }
  }
};

}  // namespace DL_LEVEL
}  // namespace dl
