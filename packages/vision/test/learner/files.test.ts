import { mkdtemp, readdir, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { files, saveTensors } from '@dl/data'
import { ConvLearner } from '@dl/vision'
import { dispose } from '@tensorflow/tfjs-core'
import { expect, it } from 'vitest'
import { learner, pictureData, tinyNet } from './pictures'

const inFolder = async (run: (folder: string) => Promise<void>) => {
  const folder = await mkdtemp(files.join(tmpdir(), 'dl-'))
  await run(folder).finally(() => rm(folder, { recursive: true }))
}

it('keeps activations between runs, by what weights and pictures hold', () =>
  inFolder(async folder => {
    const data = pictureData()
    const seenBy = async (options = {}) => {
      const { learn, seen, ...owner } = await learner(data, { activationsPath: folder, ...options })
      await learn.fit(0.1, 1).finally(owner.dispose)
      return seen.pictures
    }
    expect(await seenBy()).toBe(34)
    expect(await seenBy()).toBe(0)
    data.pixels[0]! += 0.25
    expect(await seenBy()).toBe(6) // the batch of the picture that changed
    expect(await seenBy()).toBe(0)
    const other = tinyNet()
    expect(await seenBy({ weights: () => other.stateDict() })).toBe(34)
    other.dispose()
    const names = await readdir(folder)
    expect(names.length).toBe(2)
    for (const name of names) {
      expect(name).toMatch(/^activations-[0-9a-f]{16}\.safetensors$/)
      await truncate(files.join(folder, name), 100)
    }
    await expect(seenBy()).rejects.toThrow(/activations-\w+\.safetensors/)
  }))

it('reads pretrained weights from a safetensors file', () =>
  inFolder(async folder => {
    const path = files.join(folder, 'net.safetensors')
    const net = tinyNet({ classes: 7 })
    const state = net.stateDict()
    await saveTensors(path, state)
    const learn = await ConvLearner.pretrained(tinyNet, pictureData(), { weights: path })
    const ours = learn.model.stateDict()
    expect(await ours['0.weight']!.data()).toEqual(await state['conv1.weight']!.data())
    dispose([state, ours])
    net.dispose()
    learn.dispose()
    learn.model.dispose()
  }))

it('saves the whole model while the head trains on activations', () =>
  inFolder(async folder => {
    const data = pictureData()
    const { learn, ...owner } = await learner(data, { path: folder })
    await learn.fit(0.1, 2, { bestSaveName: 'best' })
    const trained = learn.model.stateDict()
    const { learn: fresh, ...freshOwner } = await learner(data, { path: folder })
    await fresh.load('best')
    const loaded = fresh.model.stateDict()
    expect(Object.keys(loaded)).toEqual(Object.keys(trained))
    expect(Object.keys(loaded)).toContain('0.weight')
    dispose([trained, loaded])
    owner.dispose()
    freshOwner.dispose()
  }))
