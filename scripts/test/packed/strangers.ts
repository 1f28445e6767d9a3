/** The examples that know nothing of this repository. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../../workspace.mjs'
import type { Project } from './projects'

/** What each says when it has done what it is for. */
export const STRANGERS: Record<string, RegExp> = {
  'custom-callback': /^11 {2}loss 0\.\d+ {2}\|grad\| \d.*'Twas brillig, and the slithy toves$/m,
  'custom-dataset': /on average 0\.[01]\d+ off the wave/,
}

/** Their files as they stand, package.json among them. */
export const strangers = (): Record<string, Project> =>
  Object.fromEntries(
    Object.keys(STRANGERS).map(name => {
      const folder = join(root, 'examples', name)
      const names = readdirSync(folder, { withFileTypes: true }).filter(entry => entry.isFile())
      const files = names.map(({ name: file }) => [file, readFileSync(join(folder, file), 'utf8')])
      return [name, { needs: {}, files: Object.fromEntries(files) }]
    }),
  )
