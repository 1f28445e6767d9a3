import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, sep } from 'node:path'
import { fileStorage, indexedDbStorage, memoryStorage, opfsStorage } from '@dl/data'
import { afterAll, describe, expect, it } from 'vitest'
import { holdsFiles } from './every-storage'

const folder = await mkdtemp(join(tmpdir(), 'dl-storage-'))
afterAll(() => rm(folder, { recursive: true }))

describe('in memory', () => holdsFiles(memoryStorage))
describe('the file system', () => holdsFiles(fileStorage, folder + sep))

it('says where a storage of a page is missing', () => {
  expect(() => opfsStorage()).toThrow('there is no origin private file system here')
  expect(() => indexedDbStorage()).toThrow('there is no IndexedDB here')
})

it('refuses paths that lead elsewhere', async () => {
  for (const path of ['', '/a', 'a/../b', './a', 'a//b']) {
    await expect(memoryStorage().write(path, new Uint8Array(1))).rejects.toThrow('the path is')
  }
})
