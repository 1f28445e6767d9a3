/**
 * The run that was begun last, kept on the page's own disk until it is done: a reload, a crash or a
 * stop costs what was learnt since its last checkpoint, and the rest comes out the same to the bit.
 */
import { type Checkpoint, checkpoint } from '@dl/callbacks'
import { fileStorage } from '@dl/data'
import type { Cell } from '@dl/text'

const PLAN = 'char-lm-web/plan.json'
const RUN = 'char-lm-web/run'

/** A small net is saved in less time than a batch takes. */
const STEPS = 20

/** What a run is made of, but for the backend. */
export interface RunPlan {
  text: string
  cell: Cell
  hidden: number
  epochs: number
  /** Of an epoch at most. */
  batches: number | null
}

/** The run that waits to go on; null where none does. */
export async function keptRun(): Promise<RunPlan | null> {
  const storage = fileStorage()
  const [plan] = await storage.list(PLAN)
  return plan ? JSON.parse(new TextDecoder().decode(await storage.read(plan))) : null
}

/** Puts the plan of a new run in the place of what is kept. */
export async function keepRun(plan: RunPlan): Promise<void> {
  await forgetRun()
  await fileStorage().write(PLAN, new TextEncoder().encode(JSON.stringify(plan)))
}

/** The plan goes first: without it nothing counts as kept. */
export async function forgetRun(): Promise<void> {
  const storage = fileStorage()
  await storage.remove(PLAN)
  for (const path of await storage.list(RUN)) await storage.remove(path)
}

/** What saves the run, and where to go on from: nowhere before its first checkpoint. */
export async function runSaver(
  onSaved: (path: string) => void,
): Promise<{ saver: Checkpoint; resume: string | undefined }> {
  const isBegun = (await fileStorage().list(RUN)).length > 0
  return {
    saver: checkpoint(RUN, { everySteps: STEPS, onSaved }),
    resume: isBegun ? RUN : undefined,
  }
}

/**
 * Runs `work` and says whether it is the only tab that keeps its run; two would write over each other's.
 */
export async function asOnlyTab(work: (isOnly: boolean) => Promise<void>): Promise<void> {
  // a page that is not from https or localhost has no locks
  if (navigator.locks === undefined) return work(true)
  const ask = { ifAvailable: true }
  return navigator.locks.request('char-lm-web', ask, lock => work(lock !== null))
}
