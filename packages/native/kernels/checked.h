// Pointers of the checking build (DL_CHECKED): each access is held against the bounds of the memory
// that the call belongs to. Other builds have plain pointers, and nothing of this.
#pragma once
#include <stddef.h>
#include <stdint.h>

namespace dl {

#ifdef DL_CHECKED
struct Bounds {
  const char *low, *high;
};
/** Of the call that this thread is in. */
extern thread_local Bounds bounds;
/** How large the memory of the next call is: it grows, and only JavaScript knows. */
extern thread_local size_t limit;

/** Ends a kernel; the call throws it on as an error of JavaScript. */
struct OutOfMemory {};

template <class T> struct CheckedPtr {
  T *p;
  CheckedPtr(T *p = nullptr) : p(p) {}
  template <class U, class = decltype(static_cast<T *>(static_cast<U *>(nullptr)))>
  CheckedPtr(CheckedPtr<U> other) : p(other.p) {}
  T *range(int64_t first, int64_t count) const {
    const char *low = (const char *)(p + first), *high = (const char *)(p + first + count);
    if (low < bounds.low || high > bounds.high || high < low) throw OutOfMemory();
    return p + first;
  }
  T &operator[](int64_t i) const { return *range(i, 1); }
  T &operator*() const { return *range(0, 1); }
  T *operator->() const { return range(0, 1); }
  CheckedPtr operator+(int64_t i) const { return CheckedPtr(p + i); }
  CheckedPtr operator-(int64_t i) const { return CheckedPtr(p - i); }
  CheckedPtr &operator+=(int64_t i) { return p += i, *this; }
  explicit operator bool() const { return p != nullptr; }
  bool operator!() const { return p == nullptr; }
  bool operator==(CheckedPtr other) const { return p == other.p; }
  bool operator!=(CheckedPtr other) const { return p != other.p; }
};

/** The plain pointer to `n` elements that are touched all. */
template <class T> inline T *raw(CheckedPtr<T> p, int64_t n) { return p.range(0, n); }
template <class U, class T> inline CheckedPtr<U> as(CheckedPtr<T> p) { return (U *)p.p; }
#endif

template <class T> inline T *raw(T *p, int64_t) { return p; }
template <class U, class T> inline U *as(T *p) { return (U *)p; }

}  // namespace dl
