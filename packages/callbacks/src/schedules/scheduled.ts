/** Two schedules of one optimizer's learning rates: the later would undo the other, batch by batch. */
import { DlError } from '@dl/core'
import type { Callback, LayerOptimizerLike } from '../protocol'

const brand = Symbol.for('@dl/schedules')

/** Notes whose learning rates a callback sets. */
export const scheduled = (optimizer: LayerOptimizerLike, callback: Callback): Callback =>
  Object.defineProperty(callback, brand, { value: optimizer })

export function checkSchedules(callbacks: readonly Callback[]): void {
  const names = new Map<unknown, string>()
  for (const callback of callbacks) {
    const optimizer = (callback as { [brand]?: unknown })[brand]
    if (optimizer === undefined) continue
    const other = names.get(optimizer)
    if (other !== undefined) {
      throw new DlError('bad-callback', {
        problem: `${other} and ${callback.name} both set the learning rates of one optimizer`,
        expected: 'one schedule',
        fix: 'A warm-up takes the other one along: linearWarmup(lo, { schedule: cosAnneal(lo) }).',
      })
    }
    names.set(optimizer, callback.name)
  }
}
