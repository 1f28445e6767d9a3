import { describe, expect, it } from 'vitest'
import { leaderboard } from '../src/lesson7/report/leaderboard'
import type { CommittedRun } from '../src/lesson7/report/runs'
import { referenceTable, studiesTable, tableOf, withPart } from '../src/lesson7/report/tables'
import type { RowName } from '../src/lesson7/rows'

const run = (
  row: RowName,
  figures: { valLoss?: number; accuracy?: number; ttaAccuracy?: number },
  { seed = 1, peer = false, epochs = [] as [figure: number, seconds: number][] } = {},
): CommittedRun => ({
  peer,
  record: {
    ...{
      row,
      seed,
      data: 'nietzsche',
      phases: [],
      wd: 0,
      commit: 'abc1234',
      processor: 'some CPU',
    },
    ...{ versions: {}, threads: 2, printed: null, bound: null },
    ...figures,
  },
  curve: epochs.map(([figure, seconds], epoch) => ({
    ...{ epoch, trnLoss: 1, valLoss: figure, accuracy: figure, lr: 0.1, seconds },
  })),
})

/** The cells of the row that begins with a name. */
const cells = (table: string, name: string): string[] =>
  table
    .split('\n')
    .map(line => line.slice(2, -2).split(' | '))
    .find(([first]) => first === name)!

describe('the table of the rows', () => {
  const rowOf = (runs: CommittedRun[], name: string) => cells(referenceTable(runs), name).slice(3)

  it('says of a run how much it missed its bound by', () => {
    const [must, ours, theirs, reached] = rowOf([run('lstm-2', { valLoss: 1.625 })], '`lstm-2`')
    expect([must, ours, theirs, reached]).toEqual([
      '≤ 1.61',
      '1.6250',
      'not run yet',
      'no, by 0.0150',
    ])
  })

  it('has the mean and the range of several seeds', () => {
    const seeds = [1.6, 1.59, 1.64].map((valLoss, seed) => run('lstm-2', { valLoss }, { seed }))
    expect(rowOf(seeds, '`lstm-2`')).toEqual([
      ...['≤ 1.61', '1.6100 (1.5900–1.6400, 3 seeds)', 'not run yet', 'yes'],
    ])
  })

  it.each([
    [0.44, 'no, by 0.0100'],
    [0.46, 'yes'],
    [0.5, 'yes'],
  ])('compares an accuracy of %d with the twin’s of 0.47', (accuracy, reached) => {
    const runs = [
      run('simplenet', { accuracy }),
      run('simplenet', { accuracy: 0.47 }, { peer: true }),
    ]
    expect(rowOf(runs, '`simplenet`')[3]).toBe(reached)
  })

  it.each([
    [0.82, 'yes'],
    [0.816, 'yes'],
    [0.81, 'no, by 0.0050'],
  ])('compares what test-time augmentation gains: 0.8 to %d', (ttaAccuracy, reached) => {
    const runs = [
      run('resnet2', { accuracy: 0.8, ttaAccuracy }),
      run('resnet2', { accuracy: 0.805, ttaAccuracy: 0.825 }, { peer: true }),
    ]
    expect(rowOf(runs, '`resnet2`, TTA')[3]).toBe(reached)
  })

  it('leaves out what is compared with ours alone, and says nothing where nothing ran', () => {
    expect(referenceTable([])).not.toContain('`sgdr`')
    expect(rowOf([], '`resnet2`')).toEqual(['twin − 0.01', 'not run yet', 'not run yet', ''])
    expect(
      cells(studiesTable([run('sgdr', { accuracy: 0.5, valLoss: 1 })]), 'sgdr-vs-constant'),
    ).toEqual([...['sgdr-vs-constant', '`sgdr`', '0.5000', '1.000']])
  })
})

describe('the table of times', () => {
  const told = (runs: CommittedRun[], goal: string) => cells(leaderboard(runs), goal).slice(1)

  it('counts the epochs until there by the fastest of the run', () => {
    const ours = run(
      'lstm-2',
      {},
      {
        epochs: [
          [1.5, 600],
          [1.4, 120],
          [1.35, 180],
        ],
      },
    )
    const theirs = run('lstm-2', {}, { peer: true, epochs: [[1.39, 150]] })
    expect(told([ours, theirs], 'loss 1.40')).toEqual([
      ...[
        '`npm run lesson7 -- lstm-2 --seed 1`',
        'abc1234',
        '4.0 min (epoch 2)',
        '2.5 min (epoch 1)',
      ],
      'some CPU, 2 threads',
    ])
    expect(told([ours, theirs], 'loss 1.30')[0]).toBe('not run yet')
  })

  it('takes the fastest run of a row that is the whole task', () => {
    const fast = run(
      'resnet',
      {},
      {
        epochs: [
          [0.7, 60],
          [0.81, 60],
        ],
      },
    )
    const slow = run('resnet2', {}, { epochs: [[0.8, 200]] })
    const easier = run('cam-catdog', {}, { epochs: [[0.9, 1]] })
    expect(told([slow, fast, easier], 'accuracy 0.80')[2]).toBe('2.0 min (epoch 2)')
  })
})

it('draws a table of markdown', () => {
  expect(tableOf(['a', 'b'], 'lr', [['1', '2']])).toBe('| a | b |\n| --- | --: |\n| 1 | 2 |')
})

it('replaces what stands between a pair of markers, and refuses a text without them', () => {
  const text = 'x\n<!-- t -->\nold\n<!-- /t -->\ny'
  expect(withPart(text, 't', 'new')).toBe('x\n<!-- t -->\nnew\n<!-- /t -->\ny')
  expect(() => withPart(text, 'u', '')).toThrow('<!-- u -->')
})
