/** What schedules that go in cycles share: curves in, a callback out. */
import { badOption } from '../bad-option'
import { checkHandler, checkOptimizer } from '../checks'
import type { Callback, LayerOptimizerLike, TrainContext } from '../protocol'
import { type ClockState, type CycleOptions, cycleClock, type Place } from './clock'
import { scheduled } from './scheduled'

/** What a schedule does over a cycle. */
export interface Curves {
  /** A group's learning rate, out of its base. */
  lr(base: number, place: Place): number
  momentum?(place: Place): number
}

export interface CyclicOptions extends CycleOptions {
  /** Called after the last batch of each cycle, with its number from 0. */
  onCycleEnd?(cycle: number): void | Promise<void>
}

interface State extends ClockState {
  /** What the optimizer had before, and what it has now. */
  momentum?: number
  inUse?: number
  options: object
}

/**
 * @param options with the `shape` of a cycle: what the schedule was made with besides
 *
 * Before each batch the curves give its learning rates and momentum; after the last batch of a
 * cycle comes `onCycleEnd`; when training ends the optimizer has back what it had.
 */
export function cyclic(
  name: string,
  optimizer: LayerOptimizerLike,
  curves: Curves,
  options: CyclicOptions & { shape: object },
): Callback {
  checkOptimizer(name, optimizer)
  checkHandler(name, 'onCycleEnd', options.onCycleEnd)
  const { cycleLen, cycleMult = 1 } = options
  const cycles = { ...(cycleLen !== undefined && { cycleLen }), cycleMult }
  const clock = cycleClock(name, cycles)
  if (curves.momentum && !optimizer.setMom) {
    badOption(name, 'optimizer has no setMom', 'one whose momentum can be set, or no momentums')
  }
  // lrs have a base in the optimizer, momentum has none
  let momentum: number | undefined
  const endCycles = async (ctx: TrainContext): Promise<void> => {
    for (const cycle of clock.ended(ctx)) await ctx.emit('onCycleEnd', cycle)
  }
  return scheduled(optimizer, {
    name,
    order: -10,

    onTrainBegin(ctx) {
      clock.begin(ctx)
      momentum ??= optimizer.mom
    },
    onBatchBegin(ctx) {
      const place = clock.place(ctx)
      optimizer.setLrs(optimizer.baseLrs.map(base => curves.lr(base, place)))
      if (curves.momentum) optimizer.setMom?.(curves.momentum(place))
    },
    onBatchEnd: endCycles,
    // an epoch that had fewer batches than its loader said
    onPhaseEnd: endCycles,
    onCycleEnd: (_ctx, cycle) => options.onCycleEnd?.(cycle),
    onTrainEnd() {
      optimizer.setLrs(optimizer.baseLrs)
      if (curves.momentum && momentum !== undefined) optimizer.setMom?.(momentum)
      momentum = undefined
    },

    state: (): State => ({
      ...clock.state(),
      ...(curves.momentum && momentum !== undefined && { momentum, inUse: optimizer.mom! }),
      options: { ...cycles, ...options.shape },
    }),
    restore(state) {
      const { momentum: before, inUse } = state as State
      clock.restore(state as State)
      // a program that resumes with another momentum has it in the optimizer
      momentum = optimizer.mom === inUse ? before : undefined
    },
  })
}
