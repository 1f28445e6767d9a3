/**
 * Brings docs/lesson7.md up to what is committed: its tables, and a picture of each row's curves.
 * `npm run lesson7 -- --report`
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { files } from '@dl/data'
import { here } from './places'
import { curvesOf } from './report/curves'
import { finders } from './report/finders'
import { gallery, samples } from './report/from-weights'
import { leaderboard } from './report/leaderboard'
import { committedRuns } from './report/runs'
import { referenceTable, studiesTable, withPart } from './report/tables'
import { ROWS, type RowName } from './rows'

const DOCS = here('../../../docs')

export async function report(say: (text: string) => void): Promise<void> {
  const runs = await committedRuns()
  const drawn: string[] = []
  for (const name of Object.keys(ROWS) as RowName[]) {
    const svg = curvesOf(name, runs)
    if (svg === null) continue
    await files.writeAtomic(join(DOCS, 'lesson7', `${name}.svg`), svg)
    drawn.push(`![${name}](lesson7/${name}.svg)`)
  }
  const parts: Record<string, string> = {
    table: referenceTable(runs),
    studies: studiesTable(runs),
    leaderboard: leaderboard(runs),
    curves: drawn.length > 0 ? drawn.join('\n\n') : 'No run is finished yet.',
    finders: await finders(join(DOCS, 'lesson7'), say),
    samples: await samples(say),
    pictures: await gallery(join(DOCS, 'lesson7'), say),
  }
  const path = join(DOCS, 'lesson7.md')
  let text = await readFile(path, 'utf8')
  for (const [name, part] of Object.entries(parts)) text = withPart(text, name, part)
  await files.writeAtomic(path, text)
  say(`${path}: ${runs.length} runs, ${drawn.length} pictures of curves\n`)
}
