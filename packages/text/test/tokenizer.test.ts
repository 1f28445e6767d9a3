import { chars, words } from '@dl/text'
import { describe, expect, it } from 'vitest'

describe('chars', () => {
  it('gives every code point, white space and astral planes included', () => {
    expect([...chars('a \n😀é')]).toEqual(['a', ' ', '\n', '😀', 'é'])
    expect([...chars('')]).toEqual([])
  })
})

describe('words', () => {
  it("splits like Python's split()", () => {
    expect([...words('  to be,\tor\r\nnot ')]).toEqual(['to', 'be,', 'or', 'not'])
    expect([...words(' \n')]).toEqual([])
  })
})
