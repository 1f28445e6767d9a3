/** Times an operation by running it over and over. */
import type { Measurement, Question, Task } from '../harness/protocol'

/** An operation on inputs that are there already. */
export interface Operation {
  /** Runs once; a promise where the result is there later. */
  run(): void | Promise<void>
  dispose(): void
}

/** Tasks of one row take turns, so a few operations stay ready. */
const READY = 4

/** A run this long needs no warm-up: it is the measurement itself. */
const LONG_MS = 1000

interface Ready {
  operation: Operation
  runs: number
  /** What a long run took, until somebody asks. */
  first: number | null
}

/** Answers questions about what `prepare` makes of their tasks. */
export function timed(
  prepare: (task: Task) => Operation | Promise<Operation>,
): (question: Question) => Promise<Measurement> {
  const ready = new Map<string, Ready>()
  return async ({ task, budgetMs = 20 }) => {
    const key = JSON.stringify(task)
    let one = ready.get(key)
    if (one === undefined) {
      const [oldest] = ready
      if (oldest && ready.size === READY) {
        ready.delete(oldest[0])
        oldest[1].operation.dispose()
      }
      one = await warm(await prepare(task), budgetMs)
      ready.set(key, one)
    }
    const { operation, runs, first } = one
    one.first = null
    return { ms: first ?? (await time(operation, runs)) }
  }
}

/** Runs it until compilers and caches know it, and finds how many runs take `budgetMs`. */
async function warm(operation: Operation, budgetMs: number): Promise<Ready> {
  const first = await time(operation, 1)
  if (first > LONG_MS) return { operation, runs: 1, first }
  const ms = await time(operation, first > 100 ? 1 : 3)
  const runs = Math.min(1000, Math.max(1, Math.round(budgetMs / ms)))
  await time(operation, runs)
  return { operation, runs, first: null }
}

/** Milliseconds for one run. */
async function time({ run }: Operation, runs: number): Promise<number> {
  const start = performance.now()
  for (let i = 0; i < runs; i++) await run()
  return (performance.now() - start) / runs
}
