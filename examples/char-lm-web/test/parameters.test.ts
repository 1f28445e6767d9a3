import { expect, it } from 'vitest'
import { readParameters } from '../src/page/parameters'

const read = (query: string) => readParameters(new URLSearchParams(query))

it('has a default for what is missing', () => {
  expect(read('')).toEqual({
    backend: 'wasm',
    batches: null,
    letters: 500,
    start: false,
    resume: false,
    fields: {},
  })
})

it('takes what the form does not offer, too', () => {
  const { backend, start, fields } = read('backend=webgl&epochs=1&hidden=48&start')
  expect({ backend, start, fields }).toEqual({
    backend: 'webgl',
    start: true,
    fields: { epochs: '1', hidden: '48' },
  })
})

it.each([
  ['epochs=0', 'epochs is "0"; expected an integer from 1 to 1023.'],
  ['epochs=NaN', 'epochs is "NaN"; expected an integer from 1 to 1023.'],
  ['epochs=', 'epochs is ""; expected an integer from 1 to 1023.'],
  ['hidden=1e9', 'hidden is "1e9"; expected an integer from 1 to 2048.'],
  ['batches=-1', 'batches is "-1"; expected an integer from 1 to 1000000.'],
  ['letters=2.5', 'letters is "2.5"; expected an integer from 1 to 100000.'],
  ['cell=transformer', 'cell is "transformer"; expected one of gru, lstm, rnn.'],
  ['backend=node', 'backend is "node"; expected one of wasm, webgl, webgpu.'],
  ['epoch=3', 'epoch in the address; expected one of hidden, epochs,'],
])('says what is wrong with ?%s', (query, message) => {
  expect(() => read(query)).toThrow(message)
})
