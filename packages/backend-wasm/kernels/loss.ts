// Cross-entropy of logits[rows, classes] against integer labels, and of single logits against targets.
// Losses and gradients near 0 keep their digits: see core's ops of these names.
import { maxRow } from './reduce'
import { at, exp, get, load, loadOne, log1p, put, splat, store, storeOne, sumLanes } from './simd'

/** So many classes are summed in float32. */
const STRETCH: i32 = 256

/** Σ e^(x − peak) over all classes of a row but the label's. */
@inline
function sumOthers(x: usize, classes: i32, label: i32, peak: f32): f64 {
  const p = splat(peak), mine = i32x4.splat(label)
  let total: f64 = 0, i = 0, lanes: v128 = i32x4(0, 1, 2, 3)
  while (i < classes) {
    const end = min(classes, i + STRETCH)
    let part = splat(0)
    for (; i + 4 <= end; i += 4) {
      part = f32x4.add(part, v128.andnot(exp(f32x4.sub(load(x, i), p)), i32x4.eq(lanes, mine)))
      lanes = i32x4.add(lanes, i32x4.splat(4))
    }
    let sum = sumLanes(part)
    for (; i < end; i++) {
      const e = f32x4.extract_lane(exp(f32x4.sub(loadOne(x, i), p)), 0)
      if (i != label) sum += e
    }
    total += sum
  }
  return total
}

/** Writes losses, peaks and Σ e^(x − peak) without the label for rows from … to; every label is a class or `ignore`. */
export function crossEntropy(
  logits: usize, labels: usize, losses: usize, peaks: usize, others: usize, classes: i32, ignore: i32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const x = at(logits, r * classes)
    const label = i32.load(at(labels, r))
    const peak = maxRow(x, classes)
    const rest = sumOthers(x, classes, label, peak)
    f32.store(at(peaks, r), peak)
    f32.store(at(others, r), <f32>rest)
    if (label == ignore) {
      f32.store(at(losses, r), 0)
      continue
    }
    const distance = peak - f32.load(at(x, label))
    const own = f32x4.extract_lane(exp(splat(-distance)), 0)
    const beyond = log1p(splat(<f32>(rest + (<f64>own - 1))))
    f32.store(at(losses, r), distance + f32x4.extract_lane(beyond, 0))
  }
}

/** How many labels are not `ignore`. */
export function countLabels(labels: usize, rows: i32, ignore: i32): i32 {
  let count = 0
  for (let r = 0; r < rows; r++) if (i32.load(at(labels, r)) != ignore) count++
  return count
}

/**
 * Rows from … to of dlogits = (softmax − onehot) · dy / divisor, those with the label `ignore` 0; dy
 * holds one number for all rows (`each` false) or one a row. For the label, softmax − 1 is −others / Σ.
 */
export function crossEntropyGrad(
  logits: usize, labels: usize, peaks: usize, others: usize, dy: usize, each: bool, divisor: f32, out: usize,
  classes: i32, ignore: i32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const x = at(logits, r * classes), dx = at(out, r * classes)
    const label = i32.load(at(labels, r))
    if (label == ignore) {
      memory.fill(dx, 0, <usize>classes << 2)
      continue
    }
    const peak = loadOne(peaks, r), rest = f32.load(at(others, r))
    const isClass = <u32>label < <u32>classes
    const own = isClass ? f32x4.extract_lane(exp(f32x4.sub(loadOne(x, label), peak)), 0) : 0
    const factor = f32.load(each ? at(dy, r) : dy) / divisor / (rest + own)
    const scale = splat(factor)
    let j = 0
    for (; j + 4 <= classes; j += 4) store(dx, j, f32x4.mul(exp(f32x4.sub(load(x, j), peak)), scale))
    for (; j < classes; j++) storeOne(dx, j, f32x4.mul(exp(f32x4.sub(loadOne(x, j), peak)), scale))
    if (isClass) f32.store(at(dx, label), -rest * factor)
  }
}

@inline
function binaryLoss(one: bool, x: usize, t: usize, out: usize, i: i32): void {
  const logit = get(one, x, i), target = get(one, t, i)
  const size = f32x4.abs(logit)
  const wrong = v128.bitselect(f32x4.sub(splat(1), target), target, f32x4.gt(logit, splat(0)))
  // an infinite logit on the right side costs nothing, where ∞ · 0 is NaN
  const far = v128.and(f32x4.mul(size, wrong), f32x4.ne(wrong, splat(0)))
  put(one, out, i, f32x4.add(far, log1p(exp(f32x4.neg(size)))))
}

/** Elements from … to of out = |x| · (share of the wrong side) + log1p(e^−|x|). */
export function binaryCrossEntropy(x: usize, t: usize, out: usize, from: i32, to: i32): void {
  let i = from
  for (; i + 4 <= to; i += 4) binaryLoss(false, x, t, out, i)
  for (; i < to; i++) binaryLoss(true, x, t, out, i)
}

@inline
function binarySlope(one: bool, x: usize, t: usize, dy: usize, out: usize, i: i32): void {
  const logit = get(one, x, i), target = get(one, t, i)
  const power = exp(f32x4.neg(f32x4.abs(logit)))
  const small = f32x4.div(power, f32x4.add(power, splat(1)))
  const above = f32x4.sub(f32x4.sub(splat(1), target), small)
  const slope = v128.bitselect(above, f32x4.sub(small, target), f32x4.gt(logit, splat(0)))
  put(one, out, i, f32x4.mul(slope, get(one, dy, i)))
}

/** Elements from … to of out = (σ(x) − t) · dy. */
export function binaryCrossEntropyGrad(x: usize, t: usize, dy: usize, out: usize, from: i32, to: i32): void {
  let i = from
  for (; i + 4 <= to; i += 4) binarySlope(false, x, t, dy, out, i)
  for (; i < to; i++) binarySlope(true, x, t, dy, out, i)
}
