import { datasets } from '@dl/data'
import { beforeEach, describe, expect, it } from 'vitest'

describe('datasets in DL_DATA', () => {
  beforeEach(ctx => {
    ctx.skip(!process.env.DL_DATA, 'DL_DATA names no folder with nietzsche and shakespeare')
  })

  it('has the Nietzsche of the lesson, 493,746 and 107,147 characters', async () => {
    const { train, validation, source } = await datasets.nietzsche()
    expect(source).toBe('DL_DATA')
    expect([[...train].length, [...validation].length]).toEqual([493_746, 107_147])
    expect(new Set((train + validation).toLowerCase()).size).toBe(57)
  })

  it('has 36,000 rows of Shakespeare to train on and 4,000 to validate', async () => {
    const { train, validation } = await datasets.shakespeare()
    expect([train, validation].map(text => text.match(/\n/g)!.length)).toEqual([36_000, 4000])
    expect(train.length + validation.length).toBe(1_115_394)
  })
})
