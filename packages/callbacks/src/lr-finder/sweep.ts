/**
 * The learning rate of an LR finder, as a function of position 0 … 1. The end itself is never used:
 * the last of n batches stands at (n − 1) / n. A linear sweep starts at 0, as fast.ai's does.
 */
export const sweep =
  (start: number, ratio: number, linear: boolean) =>
  (position: number): number =>
    linear ? start * ratio * position : start * ratio ** position
