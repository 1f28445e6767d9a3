import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { cosAnneal, saveOnCycle } from '@dl/callbacks'
import { tensor1d, tensor2d } from '@tensorflow/tfjs-core'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { optimizer, rehearse } from './rehearsal'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-save-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** The text at the start of a safetensors file: 8 bytes of length, then JSON. */
async function header(path: string): Promise<Record<string, unknown>> {
  const bytes = await readFile(path)
  return JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString())
}

const model = { stateDict: () => ({ w: tensor2d([[1, 2]]), b: tensor1d([3]) }) }

test('a file per cycle, with what was known at its end', async () => {
  const lo = optimizer(1)
  const told: string[] = []
  const saver = saveOnCycle(model, join(folder, 'cyc'), {
    metadata: { model: 'CharLM', lr: 'mine' },
    onSaved: (path, cycle) => void told.push(`${cycle} ${path}`),
  })
  await rehearse([saver, cosAnneal(lo, { cycleMult: 2 })], { epochs: 4, lo, loss: step => step })
  expect(await readdir(folder)).toEqual(['cyc_0.safetensors', 'cyc_1.safetensors'])
  expect(saver.saved).toEqual([0, 1].map(cycle => join(folder, `cyc_${cycle}.safetensors`)))
  expect(told).toEqual(saver.saved.map((path, cycle) => `${cycle} ${path}`))
  const first = await header(saver.saved[0]!)
  expect(Object.keys(first).sort()).toEqual(['__metadata__', 'b', 'w'])
  expect(first.__metadata__).toEqual({
    cycle: '0',
    epoch: '0',
    step: '10',
    loss: '9',
    smoothLoss: expect.stringMatching(/^4\.\d+$/),
    lr: 'mine',
    model: 'CharLM',
  })
})

test('no cycle, no file; a resumed run keeps the list', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
  const saver = saveOnCycle(model, join(folder, 'cyc'))
  saver.restore?.(['a_0.safetensors'])
  await rehearse([saver])
  expect(saver.saved).toEqual(['a_0.safetensors'])
  expect(await readdir(folder)).toEqual([])
  expect(warn).not.toHaveBeenCalled()
  await rehearse([saver])
  expect(saver.saved).toEqual([])
  expect(warn).toHaveBeenCalledExactlyOnceWith(
    expect.stringMatching(/cyc_0\.safetensors: no cycle ended in 1 epochs\. Add a schedule/),
  )
  warn.mockRestore()
})

test('tensors are freed where the file cannot be written', async () => {
  const lo = optimizer(1)
  const saver = saveOnCycle(model, '/dev/null/cyc')
  await expect(rehearse([cosAnneal(lo), saver], { lo })).rejects.toThrow()
})
