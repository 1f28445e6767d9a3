// Cross-entropy of logits[rows, classes] against integer labels.
import { expRow, maxRow } from './reduce'
import { at, exp, load, loadOne, log, splat, store, storeOne } from './simd'

/** Writes the log Σ e^logit and the loss of rows from … to; every label is a class or `ignore`. */
export function crossEntropy(
  logits: usize, labels: usize, losses: usize, logSumExp: usize, classes: i32, ignore: i32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const x = at(logits, r * classes)
    const label = i32.load(at(labels, r))
    const top = maxRow(x, classes)
    const sum = expRow(x, 0, classes, top)
    const lse = top + f32x4.extract_lane(log(splat(sum)), 0)
    f32.store(at(logSumExp, r), lse)
    f32.store(at(losses, r), label == ignore ? 0 : lse - f32.load(at(x, label)))
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
 * holds one number for all rows (`each` false) or one a row.
 */
export function crossEntropyGrad(
  logits: usize, labels: usize, logSumExp: usize, dy: usize, each: bool, divisor: f32, out: usize,
  classes: i32, ignore: i32, from: i32, to: i32,
): void {
  for (let r = from; r < to; r++) {
    const x = at(logits, r * classes), dx = at(out, r * classes)
    const label = i32.load(at(labels, r))
    if (label == ignore) {
      memory.fill(dx, 0, <usize>classes << 2)
      continue
    }
    const factor = f32.load(each ? at(dy, r) : dy) / divisor
    const scale = splat(factor)
    const lse = loadOne(logSumExp, r)
    let j = 0
    for (; j + 4 <= classes; j += 4) store(dx, j, f32x4.mul(exp(f32x4.sub(load(x, j), lse)), scale))
    for (; j < classes; j++) storeOne(dx, j, f32x4.mul(exp(f32x4.sub(loadOne(x, j), lse)), scale))
    if (<u32>label < <u32>classes) f32.store(at(dx, label), f32.load(at(dx, label)) - factor)
  }
}
