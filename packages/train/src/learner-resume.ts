/** What a Learner's fit was asked for, kept in its checkpoints so that it can be gone on with by path alone. */
import { type Callback, type Resume, readCheckpoint } from '@dl/callbacks'
import { DlError } from '@dl/core'
import type { Hyperparameter, PerGroup } from '@dl/optim'
import { dispose } from '@tensorflow/tfjs-core'
import type { LearnerFitOptions } from './learner-options'

/** The arguments of a fit. */
export interface FitArguments {
  lrs: PerGroup<Hyperparameter>
  cycles: number
  options: LearnerFitOptions
}

interface Kept {
  lrs: unknown
  cycles: number
  options: Record<string, unknown>
  /** Names of arguments that no file can keep: functions, callbacks. */
  lost: string[]
}

const NAME = 'learner'

/** Not of the fit, or given anew by whoever resumes. */
const ELSEWHERE = ['callbacks', 'metrics', 'progress', 'resume', 'signal']

/** Says what a fit was asked for, to its checkpoints. */
export function fitArguments({ lrs, cycles, options }: FitArguments): Callback {
  const given = Object.entries({ lrs, ...options }).filter(([name]) => !ELSEWHERE.includes(name))
  const lost = given.filter(([, value]) => hasFunction(value)).map(([name]) => name)
  const plain = Object.fromEntries(given.filter(([name]) => !lost.includes(name)))
  const { lrs: rates = null, ...others } = plain
  const kept: Kept = { lrs: rates, cycles, options: others, lost }
  return { name: NAME, state: () => kept, restore() {} }
}

/**
 * The arguments of the fit that wrote a checkpoint, with `again` in place of what it says.
 *
 * @throws DlError `not-resumable` for what was no fit of a Learner, or had functions that are not given
 *   again
 */
export async function argumentsOf(
  resume: Resume,
  again: Partial<Omit<FitArguments, 'options'>> & { options: LearnerFitOptions },
): Promise<FitArguments> {
  const { path, state } = await readCheckpoint(resume)
  dispose(state.tensors)
  const { [NAME]: kept } = (state.values.callbacks ?? {}) as { [NAME]?: Kept }
  if (kept === undefined) {
    throw new DlError('not-resumable', {
      problem: `${path} is not of a Learner's fit`,
      expected: 'a checkpoint that was written while learn.fit ran',
      fix: 'Ask for the fit again, with it: learn.fit(lrs, cycles, { …, resume }).',
    })
  }
  const { lrs = kept.lrs as PerGroup<number>, cycles = kept.cycles, options } = again
  const given = { ...options, ...(again.lrs !== undefined && { lrs: again.lrs }) }
  const missing = kept.lost.filter(name => !(name in given))
  if (missing.length > 0) {
    throw new DlError('not-resumable', {
      problem: `the fit of ${path} had functions as ${missing.join(', ')}, which a file cannot keep`,
      expected: 'them again',
      fix: `Give them: learn.resume(path, { ${missing.join(', ')} }).`,
    })
  }
  return { lrs, cycles, options: { ...kept.options, ...options } }
}

const hasFunction = (value: unknown): boolean =>
  typeof value === 'function' ||
  (typeof value === 'object' && value !== null && Object.values(value).some(hasFunction))
