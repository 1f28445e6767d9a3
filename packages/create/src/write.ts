/** The folder of a project, whole or not at all. */
import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import type { Starter } from './templates/starter-files'

/** The name that npm takes for a project in this folder. */
export const nameOf = (folder: string): string =>
  basename(resolve(folder))
    .toLowerCase()
    .replace(/[^a-z0-9~-]+/g, '-')
    .replace(/^-+|-+$/g, '') || 'my-app'

/** Why nothing may be written there, or null. */
export function occupied(folder: string): string | null {
  try {
    // a repository that waits for its first files is empty
    const [there] = readdirSync(folder).filter(name => name !== '.git')
    return there === undefined
      ? null
      : `${folder} has ${there} in it; expected an empty folder, or none.`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return null
    if (code === 'ENOTDIR') return `${folder} is a file; expected an empty folder, or none.`
    throw error
  }
}

/** Writes beside the place first, so that nothing is half there; the folder itself stays, should one be in it. */
export function write(folder: string, files: Starter['files']): void {
  const place = resolve(folder)
  mkdirSync(dirname(place), { recursive: true })
  const made = mkdtempSync(join(dirname(place), `.${basename(place)}-`))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(made, path)), { recursive: true })
      writeFileSync(join(made, path), text)
    }
    mkdirSync(place, { recursive: true })
    for (const name of readdirSync(made)) renameSync(join(made, name), join(place, name))
  } finally {
    rmSync(made, { recursive: true, force: true })
  }
}
