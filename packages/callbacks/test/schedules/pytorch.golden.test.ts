/** The learning rates of two groups, step by step, beside those of PyTorch's schedulers. */
import {
  type Callback,
  linearWarmup,
  type MultiStepLROptions,
  multiStepLR,
  type ReduceLROnPlateauOptions,
  reduceLROnPlateau,
  type StepLROptions,
  stepLR,
} from '@dl/callbacks'
import { expect, it } from 'vitest'
import { readFixture } from '../../../../scripts/golden'
import { optimizer, rehearse } from '../rehearsal'

interface Case {
  kind: 'step' | 'multiStep' | 'warmup' | 'warmup and step' | 'plateau'
  options: Record<string, unknown>
  lrs: number[][]
  values?: (number | null)[]
}

const BASES = [0.1, 0.003]
const cases = readFixture<Case[]>(new URL('../rehearsal.ts', import.meta.url).href, 'schedules')

type Optimizer = ReturnType<typeof optimizer>

/** In steps of epochs, or of batches. */
const schedules = (lo: Optimizer, { kind, options }: Case, byBatch: boolean): Callback => {
  const span = (epochs: unknown) => (byBatch ? { batches: epochs as number } : (epochs as number))
  const { stepSize, milestones, gamma, length, startFactor } = options
  const step = () => stepLR(lo, { stepSize: span(stepSize), gamma } as StepLROptions)
  const warmup = (schedule?: Callback) =>
    linearWarmup(lo, { length: span(length), startFactor: startFactor as number, schedule })
  switch (kind) {
    case 'step':
      return step()
    case 'multiStep':
      return multiStepLR(lo, {
        milestones: span(milestones),
        gamma,
      } as unknown as MultiStepLROptions)
    case 'warmup':
      return warmup()
    case 'warmup and step':
      return warmup(step())
    case 'plateau':
      return reduceLROnPlateau(lo, { mode: 'min', ...options } as ReduceLROnPlateauOptions)
  }
}

/** The learning rates of each epoch's first batch. */
async function played(one: Case, epochs: number, batches: number, byBatch = false) {
  const lo = optimizer(...BASES)
  const seen: number[][] = []
  const look: Callback = { name: 'look', onBatchBegin: () => void seen.push([...lo.lrs]) }
  const validate = (epoch: number) => ({ valLoss: one.values?.[epoch] ?? Number.NaN })
  const run = { epochs, batches, lo, ...(one.values && { validate }) }
  await rehearse([schedules(lo, one, byBatch), look], run)
  expect(lo.lrs).toEqual(BASES)
  return seen.filter((_, i) => i % batches === 0 || epochs === 1)
}

const flat = (lrs: number[][]) => lrs.flat().map(lr => expect.closeTo(lr, 12))

it.each(cases.map(one => [one.kind, JSON.stringify(one.options), one] as const))(
  '%s %s',
  async (kind, _, one) => {
    const steps = one.lrs.length
    if (kind === 'plateau') {
      expect((await played(one, steps, 3)).flat()).toEqual(flat(one.lrs))
    } else {
      expect((await played(one, 1, steps, true)).flat()).toEqual(flat(one.lrs))
      expect((await played(one, steps, 4)).flat()).toEqual(flat(one.lrs))
    }
  },
)
