/** What the programs come to on the active backend, and what they cost. */
import type { Callback } from '@dl/callbacks'
import { type BackendInfo, backendInfo } from '@dl/core'
import { profile } from '@tensorflow/tfjs-core'
import { programs } from './programs'

type ProgramName = keyof typeof programs

/** Of one program. */
interface Measured {
  losses: readonly number[]
  /** The median, as the first steps compile. */
  msPerStep: number
  /** Programs that a graphics card was told to run, elsewhere the kernels called. */
  launchesPerStep: number
}

export interface Report {
  info: BackendInfo
  programs: Record<ProgramName, Measured>
}

/** A run short enough that no step of it draws from another's shapes. */
const COUNTED = 4

const medianOf = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)]!

/** Takes the time of each step. */
function pace(): Callback & { times: number[] } {
  let last = 0
  const times: number[] = []
  return {
    name: 'pace',
    times,
    onBatchBegin() {
      last = performance.now()
    },
    onBatchEnd() {
      times.push(performance.now() - last)
    },
  }
}

/** Backends of graphics cards count what they launch. */
const launchesSoFar = (): number | undefined =>
  (backendInfo() as BackendInfo & { launches?: number }).launches

async function launchesPerStep(run: (typeof programs)[ProgramName]): Promise<number> {
  const before = launchesSoFar()
  let kernels = 0
  if (before === undefined) {
    // tfjs looks through what a profiled function returns for tensors
    const watched = await profile(async () => {
      await run({ steps: COUNTED })
      return []
    })
    kernels = watched.kernels.length
  } else {
    await run({ steps: COUNTED })
    kernels = launchesSoFar()! - before
  }
  return Math.round(kernels / COUNTED)
}

export async function measure(): Promise<Report> {
  const measured = {} as Record<ProgramName, Measured>
  for (const name of Object.keys(programs) as ProgramName[]) {
    const paced = pace()
    const { losses } = await programs[name]({ callbacks: [paced] })
    measured[name] = {
      losses,
      msPerStep: medianOf(paced.times),
      launchesPerStep: await launchesPerStep(programs[name]),
    }
  }
  return { info: backendInfo(), programs: measured }
}
