/** How long until a loss or an accuracy is reached, by the committed curves: the fastest run for each. */
import type { CurveRow } from '../curve'
import { ROWS, type RowName } from '../rows'
import type { CommittedRun } from './runs'
import { NOT_YET, tableOf } from './tables'

interface Goal {
  kind: 'text' | 'pictures'
  figure: 'valLoss' | 'accuracy'
  value: number
}

const GOALS: readonly Goal[] = [
  { kind: 'text', figure: 'valLoss', value: 1.4 },
  { kind: 'text', figure: 'valLoss', value: 1.3 },
  { kind: 'text', figure: 'valLoss', value: 1.26 },
  { kind: 'pictures', figure: 'accuracy', value: 0.8 },
]

interface Reached {
  run: CommittedRun
  epochs: number
  minutes: number
}

/**
 * Epochs until there times the seconds of the run's fastest: a machine that did other things
 * besides made the others slower, and epochs are alike.
 */
function reached(run: CommittedRun, { figure, value }: Goal): Reached | null {
  const isThere = (row: CurveRow) =>
    figure === 'valLoss' ? row[figure] <= value : row[figure] >= value
  const at = run.curve.findIndex(isThere)
  if (at < 0) return null
  const fastest = Math.min(...run.curve.map(({ seconds }) => seconds))
  return { run, epochs: at + 1, minutes: ((at + 1) * fastest) / 60 }
}

/** The fastest of those that got there. */
function fastest(runs: readonly CommittedRun[], goal: Goal): Reached | undefined {
  const all = runs.flatMap(run => reached(run, goal) ?? [])
  return all.sort((a, b) => a.minutes - b.minutes)[0]
}

/** PyTorch's stands beside ours of the same row; each may be of another seed. */
export function leaderboard(runs: readonly CommittedRun[]): string {
  const lines = GOALS.map(goal => {
    const title = `${goal.figure === 'valLoss' ? 'loss' : 'accuracy'} ${goal.value.toFixed(2)}`
    const able = runs.filter(({ record: { row } }) => isFit(row, goal))
    const ours = fastest(
      able.filter(({ peer }) => !peer),
      goal,
    )
    if (ours === undefined) return [title, NOT_YET, '', '', '', '']
    const { row, seed, commit } = ours.run.record
    const theirs = fastest(
      able.filter(({ peer, record }) => peer && record.row === row),
      goal,
    )
    return [
      title,
      `\`npm run lesson7 -- ${row} --seed ${seed}\``,
      commit ?? '',
      told(ours),
      told(theirs),
      processorOf(ours),
    ]
  })
  return tableOf(['goal', 'command', 'commit', 'ours', 'PyTorch twin', 'machine'], 'llllll', lines)
}

/** The cats and dogs of two classes are an easier task, and a part of the pictures a harder one. */
const isFit = (name: RowName, { kind }: Goal): boolean => {
  const row = ROWS[name]
  return row.kind === kind && !('classes' in row) && !('count' in row)
}

const told = (run: Reached | undefined): string =>
  run === undefined ? NOT_YET : `${run.minutes.toFixed(1)} min (epoch ${run.epochs})`

const processorOf = ({ run: { record } }: Reached): string =>
  `${record.processor}, ${record.threads} threads`
