/** Up to 1 at `peak` and down again, as a function of position 0 … 1. A peak at 0 only falls. */
export const triangle =
  (peak: number) =>
  (position: number): number =>
    position <= peak && peak > 0 ? position / peak : (1 - position) / (1 - peak)

/** The factor on a base learning rate that starts divided by `div` and has risen by 0 … 1. */
export const slanted = (div: number, rise: number): number => (1 + rise * (div - 1)) / div
