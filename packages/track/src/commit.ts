/** Which commit a program is of, read from git's own files: nothing is started. */
import { files } from '@dl/data'

/**
 * The commit that is checked out in `folder` or above it; null outside a repository and in a page.
 *
 * @example
 * ```ts
 * import { commitOf } from '@dl/track'
 *
 * await commitOf('/nowhere') // → null
 * ```
 */
export async function commitOf(folder = '.'): Promise<string | null> {
  const git = await gitFolder(folder)
  if (git === null) return null
  const head = await text(git, 'HEAD')
  const reference = head?.match(/^ref: (.+)$/)?.[1]
  if (reference === undefined) return head
  // branches of a linked worktree are those of its repository
  const common = await text(git, 'commondir')
  const shared = common === null ? git : files.join(git, common)
  const packed = (await text(shared, 'packed-refs')) ?? ''
  const line = packed.split('\n').find(one => one.endsWith(` ${reference}`))
  return (await text(shared, reference)) ?? line?.split(' ')[0] ?? null
}

/** Ten folders up at most. */
async function gitFolder(from: string): Promise<string | null> {
  for (let [folder, i] = [from, 0]; i < 10; folder = files.join(folder, '..'), i++) {
    const path = files.join(folder, '.git')
    if (await text(path, 'HEAD')) return path
    // a worktree has a file that says where
    const elsewhere = (await text(folder, '.git'))?.match(/^gitdir: (.+)$/)?.[1]
    if (elsewhere !== undefined) return elsewhere
  }
  return null
}

/** Null where there is no such file. */
async function text(folder: string, name: string): Promise<string | null> {
  try {
    return (await files.readText(files.join(folder, name))).trim()
  } catch {
    return null
  }
}
