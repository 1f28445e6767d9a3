import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { commitOf } from '../src'

const SUM = 'c0ffee'.repeat(7).slice(0, 40)
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-commit-'))
})
afterEach(() => rm(folder, { recursive: true }))

const put = async (path: string, text: string) => {
  await mkdir(dirname(join(folder, path)), { recursive: true })
  await writeFile(join(folder, path), text)
}

it('follows a branch, from a folder below', async () => {
  await put('.git/HEAD', 'ref: refs/heads/main\n')
  await put('.git/refs/heads/main', `${SUM}\n`)
  await put('src/deep/x', '')
  expect(await commitOf(join(folder, 'src/deep'))).toBe(SUM)
})

it('finds a packed branch, and a commit without one', async () => {
  await put('.git/HEAD', 'ref: refs/heads/main\n')
  await put('.git/packed-refs', `# pack-refs\n${SUM} refs/heads/main\n`)
  expect(await commitOf(folder)).toBe(SUM)
  await put('.git/HEAD', `${SUM}\n`)
  expect(await commitOf(folder)).toBe(SUM)
})

it('follows a linked worktree', async () => {
  await put('main/.git/worktrees/side/HEAD', 'ref: refs/heads/side\n')
  await put('main/.git/worktrees/side/commondir', '../..\n')
  await put('main/.git/refs/heads/side', `${SUM}\n`)
  await put('side/.git', `gitdir: ${join(folder, 'main/.git/worktrees/side')}\n`)
  expect(await commitOf(join(folder, 'side'))).toBe(SUM)
})

it('is null without a repository', async () => {
  expect(await commitOf(folder)).toBe(null)
})
