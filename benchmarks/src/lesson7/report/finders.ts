/** The learning rate range test of some rows, as the lesson has before it trains: drawn once. */
import { join } from 'node:path'
import { lrFinder } from '@dl/callbacks'
import { files } from '@dl/data'
import { LayerOptimizer } from '@dl/optim'
import { fit } from '@dl/train'
import { ROWS, type Row, type RowName } from '../rows'
import { taskOf } from '../task'

/** One of each half, and one that the lesson's rate of 0.01 comes from. */
const FOUND: RowName[] = ['lstm-2', 'simplenet', 'convnet']

/** Those that are drawn already stay as they are. */
export async function finders(folder: string, say: (text: string) => void): Promise<string> {
  const parts: string[] = []
  for (const name of FOUND) {
    const picture = `${name}-lr.svg`
    const path = join(folder, picture)
    if (!(await files.exists(path))) await files.writeAtomic(path, await found(name, folder, say))
    parts.push(`![The loss of ${name} over a rising learning rate](lesson7/${picture})`)
  }
  return parts.join('\n\n')
}

async function found(name: RowName, folder: string, say: (text: string) => void): Promise<string> {
  say(`learning rate of ${name}\n`)
  const row: Row = ROWS[name]
  const data = row.kind === 'text' ? 'nietzsche' : 'cifar10'
  const { model, ...task } = await taskOf(row, { seed: 1, data, quick: false, folder, say })
  const lo = new LayerOptimizer(task.optimizer, task.groups, 1e-5, row.wd)
  try {
    const finder = lrFinder(model, lo, { loader: task.loaders.train })
    const { train } = task.loaders
    await fit(model, { train }, 1, lo, task.loss, { callbacks: [finder] })
    return finder.result!.svg({ title: name })
  } finally {
    lo.dispose()
    model.dispose()
  }
}
