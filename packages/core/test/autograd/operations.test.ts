import { env } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Check, slopes } from './differences'
import { elementwise } from './operations/elementwise'
import { images } from './operations/images'
import { losses } from './operations/losses'
import { matrices } from './operations/matrices'
import { reductions } from './operations/reductions'
import { shapes } from './operations/shapes'
import { spectra } from './operations/spectra'

const right: Record<string, Check[]> = {
  ...elementwise,
  ...reductions,
  ...shapes,
  ...images,
  ...matrices,
  ...losses,
  ...spectra,
}

// what softmaxCrossEntropy saves is a leak to tfjs while it is tested
beforeAll(() => env().set('IS_TEST', false))
afterAll(() => env().set('IS_TEST', true))

describe('the gradient is the slope', () => {
  it.each(Object.entries(right))('of %s', async (_, checks) => {
    const wrong: string[] = []
    for (const [i, check] of checks.entries()) {
      const where = `variant ${i} of ${JSON.stringify(check.slice(1))}`
      try {
        for (const [input, { differences, gradient }] of (await slopes(check)).entries()) {
          if (!(Math.abs(gradient - differences) < 3e-3 * (1 + Math.abs(differences)))) {
            wrong.push(`${where}: input ${input}: ${gradient}, not ${differences}`)
          }
        }
      } catch (error) {
        wrong.push(`${where}: ${error}`)
      }
    }
    expect(wrong).toEqual([])
  })
})
