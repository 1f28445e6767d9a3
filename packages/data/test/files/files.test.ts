import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { files } from '@dl/data'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-files-'))
})

afterEach(() => rm(folder, { recursive: true, force: true }))

/** The message without the folder's random name. */
const messageOf = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => new Error('nothing was thrown'),
    (thrown: Error) => thrown,
  )
  return error.message.replaceAll(folder, '<folder>').replaceAll(process.cwd(), '<cwd>')
}

describe('list', () => {
  it('gives the regular files of a folder by name, without dot-files and sub-folders', async () => {
    for (const name of ['b.txt', 'a', 'B', '.hidden']) await writeFile(join(folder, name), 'x')
    await mkdir(join(folder, 'sub'))
    expect(await files.list(folder)).toEqual(['B', 'a', 'b.txt'].map(name => join(folder, name)))
  })

  it('gives a file as itself', async () => {
    await writeFile(join(folder, 'one'), 'x')
    expect(await files.list(join(folder, 'one'))).toEqual([join(folder, 'one')])
  })

  it('refuses an empty folder and a missing path', async () => {
    expect(await messageOf(files.list(folder))).toMatchInlineSnapshot(
      `"the folder <folder> holds no files; expected at least one regular file (dot-files and sub-folders do not count). Put the files in, or name another folder or a single file."`,
    )
    expect(await messageOf(files.list(join(folder, 'none')))).toMatchInlineSnapshot(
      `"<folder>/none does not exist. Check the path; it is looked up from <cwd>."`,
    )
  })
})

describe('folders', () => {
  it('gives the names of the folders in a folder, links to folders, too', async () => {
    for (const name of ['b', 'a', '.git']) await mkdir(join(folder, name))
    await writeFile(join(folder, 'file'), 'x')
    await symlink(join(folder, 'a'), join(folder, 'c'))
    await symlink(join(folder, 'file'), join(folder, 'd'))
    expect(await files.folders(folder)).toEqual(['a', 'b', 'c'])
    expect(await files.list(folder)).toEqual(['d', 'file'].map(name => join(folder, name)))
  })

  it('refuses a missing folder and a file', async () => {
    await writeFile(join(folder, 'file'), 'x')
    await expect(files.folders(join(folder, 'none'))).rejects.toMatchObject({ code: 'not-found' })
    await expect(files.folders(join(folder, 'file'))).rejects.toMatchObject({ code: 'not-found' })
  })
})

it('reads the beginning of a file', async () => {
  await writeFile(join(folder, 'a'), 'abcdef')
  await writeFile(join(folder, 'none'), '')
  const start = async (name: string, most: number) =>
    Buffer.from(await files.readBytes(join(folder, name), most)).toString()
  expect([await start('a', 3), await start('a', 9), await start('none', 3)]).toEqual([
    'abc',
    'abcdef',
    '',
  ])
  expect(await messageOf(files.readBytes(join(folder, 'b'), 3))).toMatch(
    /^<folder>.b does not exist/,
  )
  await expect(files.readBytes(folder, 3)).rejects.toMatchObject({ code: 'read-failed' })
  await expect(files.readBytes(7 as unknown as string)).rejects.toThrow('the path is 7')
})

describe('readText', () => {
  it('reads UTF-8, every plane of it, and drops a BOM', async () => {
    await writeFile(join(folder, 'text'), '\ufeffæ€😀\n')
    expect(await files.readText(join(folder, 'text'))).toBe('æ€😀\n')
  })

  it.each([
    { bytes: [0x61, 0xe6, 0x62], problem: 'byte 1 is 0xe6' },
    { bytes: [0xff], problem: 'byte 0 is 0xff' },
    { bytes: [0x61, 0xe2, 0x82], problem: 'it ends in the middle of a character, at byte 1' },
  ])('refuses $bytes: $problem', async ({ bytes, problem }) => {
    await writeFile(join(folder, 'latin1'), Uint8Array.from(bytes))
    expect(await messageOf(files.readText(join(folder, 'latin1')))).toBe(
      `<folder>/latin1 is not UTF-8: ${problem}; expected UTF-8 text. Convert it first, with \`iconv -f latin1 -t utf-8\` for example.`,
    )
  })

  it.each(['utf-16le', 'utf-16be'])('reads %s with its mark', async encoding => {
    const bytes = Buffer.from('\ufeffæ€😀\r\n', 'utf16le')
    await writeFile(join(folder, 'wide'), encoding === 'utf-16le' ? bytes : bytes.swap16())
    expect(await files.readText(join(folder, 'wide'))).toBe('æ€😀\r\n')
  })

  it.each([
    ['UTF-16 without its mark', Buffer.from('to be', 'utf16le'), 'is no text: byte 1 is 0x00'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'is no text: byte 2 is 0x00'],
    ['a picture', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0]), 'is no text: byte 4 is 0x00'],
    ['half a character', Buffer.from([0xff, 0xfe, 0x61]), 'begins as UTF-16LE but is not'],
  ])('refuses %s', async (_what, bytes, problem) => {
    await writeFile(join(folder, 'odd'), bytes)
    const message = await messageOf(files.readText(join(folder, 'odd')))
    expect(message).toContain(problem)
    expect(message).not.toContain('latin1')
  })

  it('finds the bad byte of a long file', async () => {
    const bytes = new Uint8Array(100_000).fill(0x61)
    bytes[77_777] = 0xfe
    await writeFile(join(folder, 'long'), bytes)
    await expect(files.readText(join(folder, 'long'))).rejects.toThrow('byte 77777 is 0xfe')
  })

  it('refuses a folder', async () => {
    await expect(files.readText(folder)).rejects.toThrow(/^could not read /)
  })
})

describe('writeAtomic', () => {
  it('makes folders, replaces a file, keeps its permissions and leaves nothing beside it', async () => {
    const path = join(folder, 'deep', 'er', 'file')
    await files.writeAtomic(path, 'one')
    await chmod(path, 0o640)
    await files.writeAtomic(path, Uint8Array.of(0x74, 0x77, 0x6f))
    expect(await readFile(path, 'utf8')).toBe('two')
    expect((await stat(path)).mode & 0o777).toBe(0o640)
    expect(await readdir(join(folder, 'deep', 'er'))).toEqual(['file'])
  })

  it('loses nothing and leaves nothing when the content breaks off', async () => {
    const path = join(folder, 'file')
    await writeFile(path, 'old')
    async function* broken() {
      yield Uint8Array.of(1, 2, 3)
      throw new Error('the cable was pulled')
    }
    expect(await messageOf(files.writeAtomic(path, broken()))).toMatchInlineSnapshot(
      `"could not write <folder>/file: the cable was pulled. Choose a file in a folder you may write to, on a disk with space left. Nothing was changed."`,
    )
    expect(await readFile(path, 'utf8')).toBe('old')
    expect(await readdir(folder)).toEqual(['file'])
  })

  it('refuses a read-only file and a folder that cannot be', async () => {
    const path = join(folder, 'file')
    await writeFile(path, 'old')
    await chmod(path, 0o444)
    expect(await messageOf(files.writeAtomic(path, 'new'))).toMatchInlineSnapshot(
      `"could not write <folder>/file: the file is read-only. Choose a file in a folder you may write to, on a disk with space left. Nothing was changed."`,
    )
    expect(await readFile(path, 'utf8')).toBe('old')
    await expect(files.writeAtomic(join(path, 'below'), 'new')).rejects.toMatchObject({
      code: 'write-failed',
    })
  })
})

describe('sha256', () => {
  it('sums what was fed, in pieces', async () => {
    const sum = files.sha256()
    sum.update(new TextEncoder().encode('a'))
    sum.update(new TextEncoder().encode('bc'))
    // FIPS 180-2, appendix B.1
    expect(await sum.digest()).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    )
  })
})
