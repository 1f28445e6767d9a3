/** What every storage is held to: files of Node, a page's two, memory. */
import type { FileStorage } from '@dl/data'
import { expect, it } from 'vitest'

const bytes = (...values: number[]) => Uint8Array.from(values)

/** @param root what paths begin with */
export function holdsFiles(make: () => Promise<FileStorage> | FileStorage, root = ''): void {
  it('gives back what was written, whole', async () => {
    const storage = await make()
    const big = Uint8Array.from({ length: 300_000 }, (_, i) => i % 251)
    await storage.write(`${root}runs/a.bin`, bytes(1, 2, 3))
    await storage.write(`${root}runs/b.bin`, big.subarray(7, 200_007))
    expect(await storage.read(`${root}runs/a.bin`)).toEqual(bytes(1, 2, 3))
    expect(await storage.read(`${root}runs/b.bin`)).toEqual(big.slice(7, 200_007))
    await storage.write(`${root}runs/a.bin`, bytes(9))
    expect(await storage.read(`${root}runs/a.bin`)).toEqual(bytes(9))
  })

  it('keeps its own copy', async () => {
    const storage = await make()
    const own = bytes(1, 2)
    await storage.write(`${root}own.bin`, own)
    own[0] = 7
    const read = await storage.read(`${root}own.bin`)
    read[1] = 7
    expect(await storage.read(`${root}own.bin`)).toEqual(bytes(1, 2))
  })

  it('takes what lies in shared memory', async () => {
    const storage = await make()
    if (typeof SharedArrayBuffer === 'undefined') return
    const shared = new Uint8Array(new SharedArrayBuffer(4)).fill(5)
    await storage.write(`${root}shared.bin`, shared)
    expect(await storage.read(`${root}shared.bin`)).toEqual(bytes(5, 5, 5, 5))
  })

  it('lists the files of one folder that begin alike, sorted', async () => {
    const storage = await make()
    for (const name of ['z_2', 'z_10', 'y', 'z/deep', 'z_', '.z_hidden']) {
      await storage.write(`${root}list/${name}`, bytes(1))
    }
    const names = async (prefix: string) =>
      (await storage.list(`${root}list/${prefix}`)).map(path => path.slice(root.length))
    expect(await names('z_')).toEqual(['list/z_', 'list/z_10', 'list/z_2'])
    expect(await names('')).toEqual(['list/y', 'list/z_', 'list/z_10', 'list/z_2'])
    expect(await names('none')).toEqual([])
    expect(await storage.list(`${root}no/such/folder/`)).toEqual([])
  })

  it('removes, and does not mind what is not there', async () => {
    const storage = await make()
    await storage.write(`${root}gone/a`, bytes(1))
    await storage.remove(`${root}gone/a`)
    await storage.remove(`${root}gone/a`)
    await storage.remove(`${root}never/was`)
    expect(await storage.list(`${root}gone/`)).toEqual([])
    await expect(storage.read(`${root}gone/a`)).rejects.toMatchObject({ code: 'not-found' })
  })

  it('many writes at once leave one of them', async () => {
    const storage = await make()
    const all = Array.from({ length: 8 }, (_, i) => new Uint8Array(20_000).fill(i))
    await Promise.all(all.map(one => storage.write(`${root}race.bin`, one)))
    const left = await storage.read(`${root}race.bin`)
    expect(left).toHaveLength(20_000)
    expect(new Set(left).size).toBe(1)
  })
}
