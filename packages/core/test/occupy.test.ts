import { DlError, occupy } from '@dl/core'
import { describe, expect, it } from 'vitest'

const refusal = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    if (DlError.is(error, 'model-busy')) return error.message
    throw error
  }
  return 'let in'
}

describe('a model in use', () => {
  it('refuses a second user until the first has left', () => {
    const model = {}
    const first = occupy(model, 'fit')
    expect(refusal(() => occupy(model, 'generate'))).toBe(
      'generate was called while fit is at work with the same model; expected one at a time. Wait for fit to end, or call generate from a callback that waits for it.',
    )
    expect(refusal(() => occupy({}, 'generate'))).toBe('let in')
    first.leave()
    first.leave()
    occupy(model, 'generate').leave()
  })

  it('lets one guest in while it is lent, and none that wants to be alone', async () => {
    const model = {}
    const host = occupy(model, 'fit')
    await host.lend(() => {
      expect(refusal(() => occupy(model, 'fit', { alone: true }))).toBe(
        'fit was called while fit is at work with the same model; expected one at a time. Wait for fit to end.',
      )
      const guest = occupy(model, 'generate')
      expect(refusal(() => occupy(model, 'evaluate'))).toMatch(/while generate is at work/)
      guest.leave()
      occupy(model, 'evaluate').leave()
    })
    expect(refusal(() => occupy(model, 'evaluate'))).toMatch(/while fit is at work/)
    host.leave()
  })

  it('waits for a guest that nobody else waits for, also after an error', async () => {
    const model = {}
    const host = occupy(model, 'fit')
    let left = false
    const visit = async () => {
      using _guest = occupy(model, 'generate')
      for (let i = 0; i < 5; i++) await null
      left = true
    }
    const lent = host.lend(() => {
      void visit()
      throw new RangeError('in the callback')
    })
    await expect(lent).rejects.toThrow('in the callback')
    expect(left).toBe(true)
    host.leave()
  })
})
