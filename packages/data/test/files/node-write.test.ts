/** What killed programs leave, links, and rows that are added. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  symlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { files } from '@dl/data'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-write-'))
})
afterEach(() => rm(folder, { recursive: true }))

describe('a link as target', () => {
  it('stays one, and what it leads to is replaced', async () => {
    await mkdir(join(folder, 'real'))
    await writeFile(join(folder, 'real/file'), 'old')
    await symlink('real/file', join(folder, 'link'))
    await files.writeAtomic(join(folder, 'link'), 'new')
    expect(await readlink(join(folder, 'link'))).toBe('real/file')
    expect(await readFile(join(folder, 'real/file'), 'utf8')).toBe('new')
    expect(await readdir(folder)).toEqual(['link', 'real'])
    expect(await readdir(join(folder, 'real'))).toEqual(['file'])
  })

  it('over others, to what is not there yet, and to a folder', async () => {
    await mkdir(join(folder, 'real'))
    await symlink('second', join(folder, 'first'))
    await symlink('real/later', join(folder, 'second'))
    await files.writeAtomic(join(folder, 'first'), 'new')
    expect(await readFile(join(folder, 'real/later'), 'utf8')).toBe('new')
    expect((await lstat(join(folder, 'first'))).isSymbolicLink()).toBe(true)
    await symlink('real', join(folder, 'folder'))
    await files.writeAtomic(join(folder, 'folder/more'), 'x')
    expect((await readdir(join(folder, 'real'))).sort()).toEqual(['later', 'more'])
  })

  it('that goes round in a circle is refused', async () => {
    await symlink('b', join(folder, 'a'))
    await symlink('a', join(folder, 'b'))
    await expect(files.writeAtomic(join(folder, 'a'), 'x')).rejects.toMatchObject({
      code: 'write-failed',
    })
  })
})

describe('temporary files of killed programs', () => {
  const machine = createHash('sha256').update(hostname()).digest('hex').slice(0, 6)
  /** A process that has ended. */
  const gone = spawnSync(process.execPath, ['-e', '']).pid
  const old = new Date(Date.now() - 2 * 86_400_000)

  it('go when the next one writes; those of others stay', async () => {
    const stray = {
      gone: [`.run.csv.${machine}-${gone}-0a1b2c3d.tmp`, '.run.csv.0a1b2c3d.tmp'],
      stay: [
        `.run.csv.${machine}-${process.ppid}-0a1b2c3d.tmp`,
        `.run.csv.ffffff-${gone}-0a1b2c3d.tmp`,
        '.run.csv.4e5f6a7b.tmp',
        'mine.tmp',
        '.mine.tmp',
      ],
    }
    for (const name of [...stray.gone, ...stray.stay]) await writeFile(join(folder, name), 'x')
    await utimes(join(folder, stray.gone[1]!), old, old)
    await utimes(join(folder, '.mine.tmp'), old, old)
    await files.writeAtomic(join(folder, 'other'), 'x')
    expect((await readdir(folder)).sort()).toEqual([...stray.stay, 'other'].sort())
  })
})

describe('append', () => {
  it('adds to the end, and begins a file and its folders', async () => {
    const path = join(folder, 'a/b/rows.csv')
    await files.append(path, 'one\n')
    await files.append(path, new TextEncoder().encode('two\n'))
    expect(await readFile(path, 'utf8')).toBe('one\ntwo\n')
  })

  it('says what it could not write', async () => {
    await writeFile(join(folder, 'file'), '')
    await expect(files.append(join(folder, 'file/below'), 'x')).rejects.toMatchObject({
      code: 'write-failed',
    })
  })
})
