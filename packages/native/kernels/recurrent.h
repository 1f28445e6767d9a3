// The pointwise halves of recurrent layers: one pass per time step over [batch, hidden], between the
// matrix products. Gates of a row lie side by side, [i | f | g | o] and so on.
#pragma once
#include "lanes.h"
#include "math.h"

namespace dl {
namespace DL_LEVEL {

/** 1 − x² of a tanh, x(1 − x) of a sigmoid: their derivatives from their values. */
template <class V> INLINE V tanhSlope(V x) { return 1 - x * x; }
template <class V> INLINE V sigmoidSlope(V x) { return x * (1 - x); }

/** y = f(y) in place for elements from … to. */
static void rnnStep(Out y, bool relu, i32 from, i32 to) {
  each(from, to, [=](auto l, i32 i) INLINE_BODY {
    const auto x = l.get(y, i);
    l.put(y, i, relu ? pmax(x, all(l, 0)) : tanh(x));
  });
}

/** da = (dh + dy) · f′ for elements from … to; dy may be absent. */
static void rnnStepGrad(In y, In dy, In dh, Out da, bool relu, i32 from, i32 to) {
  each(from, to, [=](auto l, i32 i) INLINE_BODY {
    const auto value = l.get(y, i);
    auto d = l.get(dh, i);
    if (dy) d = d + l.get(dy, i);
    l.put(da, i, relu ? masked(d, value > all(l, 0)) : d * tanhSlope(value));
  });
}

/** Rows from … to of the batch: activates gates[batch, 4h] in place, writes the new cells and outputs [batch, h]. */
static void lstmStep(Out gates, In before, Out cells, Out y, i32 h, i32 from, i32 to) {
  for (i32 b = from; b < to; b++) {
    const i64 row = (i64)h * b;
    const Out gi = gates + 4 * row, gf = gi + h, gg = gf + h, go = gg + h;
    const In p = before + row;
    const Out cell = cells + row, out = y + row;
    each(0, h, [=](auto l, i32 j) INLINE_BODY {
      const auto i = sigmoid(l.get(gi, j)), f = sigmoid(l.get(gf, j));
      const auto g = tanh(l.get(gg, j)), o = sigmoid(l.get(go, j));
      const auto c = madd(f, l.get(p, j), i * g);
      l.put(gi, j, i);
      l.put(gf, j, f);
      l.put(gg, j, g);
      l.put(go, j, o);
      l.put(cell, j, c);
      l.put(out, j, o * tanh(c));
    });
  }
}

/** Gradients of one step, rows from … to: writes dgates[batch, 4h], turns dc into that of the step before; dy may be absent. */
static void lstmStepGrad(In gates, In before, In cells, In dy, In dh, Out dc, Out dgates, i32 h, i32 from, i32 to) {
  for (i32 b = from; b < to; b++) {
    const i64 row = (i64)h * b;
    const In gi = gates + 4 * row, gf = gi + h, gg = gf + h, go = gg + h;
    const Out di = dgates + 4 * row, df = di + h, dg = df + h, dout = dg + h;
    const In p = before + row, cell = cells + row, dys = dy ? dy + row : dy, dhs = dh + row;
    const Out dcs = dc + row;
    each(0, h, [=](auto l, i32 j) INLINE_BODY {
      const auto i = l.get(gi, j), f = l.get(gf, j), g = l.get(gg, j), o = l.get(go, j);
      const auto t = tanh(l.get(cell, j));
      auto d = l.get(dhs, j);
      if (dys) d = d + l.get(dys, j);
      const auto c = madd(d * o, tanhSlope(t), l.get(dcs, j));
      l.put(di, j, c * g * sigmoidSlope(i));
      l.put(df, j, c * l.get(p, j) * sigmoidSlope(f));
      l.put(dg, j, c * i * tanhSlope(g));
      l.put(dout, j, d * t * sigmoidSlope(o));
      l.put(dcs, j, c * f);
    });
  }
}

/** Rows from … to, out of the projections gi and gh [batch, 3h]: cache[batch, 4h] = [r | z | n | gh_n] and outputs. */
static void gruStep(In gi, In gh, In before, Out cache, Out y, i32 h, i32 from, i32 to) {
  for (i32 b = from; b < to; b++) {
    const i64 row = (i64)h * b;
    const In ir = gi + 3 * row, iz = ir + h, in = iz + h;
    const In hr = gh + 3 * row, hz = hr + h, hn = hz + h;
    const In p = before + row;
    const Out kr = cache + 4 * row, kz = kr + h, kn = kz + h, km = kn + h, out = y + row;
    each(0, h, [=](auto l, i32 j) INLINE_BODY {
      const auto r = sigmoid(l.get(ir, j) + l.get(hr, j)), z = sigmoid(l.get(iz, j) + l.get(hz, j));
      const auto m = l.get(hn, j);
      const auto n = tanh(madd(r, m, l.get(in, j)));
      l.put(kr, j, r);
      l.put(kz, j, z);
      l.put(kn, j, n);
      l.put(km, j, m);
      // (1 − z) n + z h = n + z (h − n)
      l.put(out, j, madd(z, l.get(p, j) - n, n));
    });
  }
}

/** Gradients of one step, rows from … to: writes dgi and dgh [batch, 3h] and leaves in dh the part that skips the gates. */
static void gruStepGrad(In cache, In before, In dy, Out dh, Out dgi, Out dgh, i32 h, i32 from, i32 to) {
  for (i32 b = from; b < to; b++) {
    const i64 row = (i64)h * b;
    const In kr = cache + 4 * row, kz = kr + h, kn = kz + h, km = kn + h;
    const In p = before + row, dys = dy ? dy + row : dy;
    const Out dhs = dh + row, ir = dgi + 3 * row, iz = ir + h, in = iz + h;
    const Out hr = dgh + 3 * row, hz = hr + h, hn = hz + h;
    each(0, h, [=](auto l, i32 j) INLINE_BODY {
      const auto r = l.get(kr, j), z = l.get(kz, j), n = l.get(kn, j), m = l.get(km, j);
      auto d = l.get(dhs, j);
      if (dys) d = d + l.get(dys, j);
      const auto dn = d * (1 - z) * tanhSlope(n);
      const auto dr = dn * m * sigmoidSlope(r);
      const auto dz = d * (l.get(p, j) - n) * sigmoidSlope(z);
      l.put(ir, j, dr);
      l.put(iz, j, dz);
      l.put(in, j, dn);
      l.put(hr, j, dr);
      l.put(hz, j, dz);
      l.put(hn, j, dn * r);
      l.put(dhs, j, d * z);
    });
  }
}

}  // namespace DL_LEVEL
}  // namespace dl
