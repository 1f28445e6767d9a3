/** A page has what it imports of a package, and nothing of the rest. */
import { describe, expect, it } from 'vitest'
import { firstLoad, programOf } from '../weigh.mjs'
import { packagesIn, readJson, root } from '../workspace.mjs'

const quiet = packagesIn('packages').filter(
  name => readJson(`${root}packages/${name}/package.json`).sideEffects === false,
)

it.each(quiet)('nothing of @dl/%s stays where nothing is used', async name => {
  const code = await firstLoad(name, programOf(`@dl/${name}`, 'import'))
  // what stands for the entry
  expect(code.replace(/^\/\/.*$/gm, '').trim()).toBe('')
})

describe('what is used does not bring along', () => {
  it.each([
    ['callbacks', 'cosAnneal', '<svg'],
    ['callbacks', 'cosAnneal', 'lrFinder'],
    ['core', 'DlError', 'crossEntropy got'],
    ['data', 'dataLoader', 'safetensors'],
    ['data', 'dataLoader', 'sha256'],
    ['layers', 'Linear', 'GroupNorm'],
    ['layers', 'Conv2d', 'LSTM'],
    ['optim', 'sgd', 'adagrad'],
    ['text', 'chars', 'swapNoise'],
    ['train', 'accuracy', 'Learner'],
    ['train', 'fit', 'confusionMatrix'],
    ['vision', 'resnet20', 'gradCam'],
    ['vision', 'resnet20', 'quoteChar'],
    ['vision', 'gradCam', '<figure'],
  ])('@dl/%s: %s without "%s"', async (name, used, other) => {
    const [part, all] = await Promise.all(
      [used, '.'].map(what => firstLoad(name, programOf(`@dl/${name}`, what))),
    )
    expect(part!.includes(other)).toBe(false)
    if (other !== 'quoteChar') expect(all).toContain(other)
  })
})
