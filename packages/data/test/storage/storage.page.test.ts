import { fileStorage, indexedDbStorage, opfsStorage } from '@dl/data'
import { describe, expect, it } from 'vitest'
import { holdsFiles } from './every-storage'

describe('OPFS', () => holdsFiles(opfsStorage, 'storage-test/'))
describe('IndexedDB', () => holdsFiles(() => indexedDbStorage('dl-storage-test')))

it('is OPFS where a page can write to it', async () => {
  await fileStorage().write('storage-test/mine', Uint8Array.of(4))
  expect(await opfsStorage().read('storage-test/mine')).toEqual(Uint8Array.of(4))
})

it('a file whose first write was cut off counts as none', async () => {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle('storage-test', { create: true })
  await folder.getFileHandle('cut', { create: true })
  expect(await opfsStorage().list('storage-test/cut')).toEqual([])
  await expect(opfsStorage().read('storage-test/cut')).rejects.toMatchObject({ code: 'not-found' })
})

it('another page may delete the database', async () => {
  const storage = indexedDbStorage('dl-storage-deleted')
  await storage.write('a', Uint8Array.of(1))
  await new Promise((resolve, reject) => {
    const request = indexedDB.deleteDatabase('dl-storage-deleted')
    request.onsuccess = resolve
    request.onerror = request.onblocked = reject
  })
  expect(await storage.list('')).toEqual([])
})
