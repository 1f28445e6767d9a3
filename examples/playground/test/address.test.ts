import { describe, expect, it } from 'vitest'
import { addressOf, DEFAULTS, partsOf, planOf, readAddress, type State } from '../src/page/address'
import { programOf } from '../src/page/write/program'

const read = (query: string) => readAddress(new URLSearchParams(query))

describe('the address', () => {
  it('is short where all is as it begins, and comes back as it was', () => {
    expect(addressOf(DEFAULTS)).toBe('?')
    expect(read('')).toEqual({ state: DEFAULTS, problems: [] })
    const state: State = {
      ...DEFAULTS,
      ...{ view: 'see', cell: 'lstm', hidden: 48, lr: 1e-5, paused: true },
      look: 'rnn, *.weight :grad',
    }
    const address = addressOf(state)
    expect(address).toBe(
      '?view=see&cell=lstm&hidden=48&lr=0.00001&paused&look=rnn%2C+*.weight+%3Agrad',
    )
    expect(read(address)).toEqual({ state, problems: [] })
    expect(read('embed=lr-finder').state.view).toBe('lr-finder')
    expect(addressOf(read('embed=lr-finder').state)).toBe('?embed=lr-finder')
  })

  it.each([
    ['epochs=0', 'epochs is "0" in the address; expected an integer from 1 to 100000. It is 1000'],
    ['epochs=NaN', 'epochs is "NaN" in the address'],
    ['hidden=', 'hidden is "" in the address; expected an integer from 1 to 2048. It is 128'],
    ['hidden=1e9', 'hidden is "1e9" in the address'],
    ['bs=2.5', 'bs is "2.5" in the address; expected an integer from 1 to 1024. It is its default'],
    ['lr=-1', 'lr is "-1" in the address; expected a number from 0.000001 to 1. It is 0.003'],
    ['lr=Infinity', 'lr is "Infinity"'],
    ['cell=transformer', 'cell is "transformer" in the address; expected one of gru, lstm, rnn.'],
    ['backend=node', 'backend is "node" in the address; expected one of wasm, webgl, webgpu.'],
    ['epoch=3', 'The address has epoch; expected epochs, or another of view,'],
  ])('?%s is said in words, and the rest holds', (query, problem) => {
    const { state, problems } = read(`${query}&seed=7`)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
    expect(state).toEqual({ ...DEFAULTS, seed: 7 })
  })

  it('has the batches of its text, unless it says others', () => {
    expect(planOf(DEFAULTS)).toMatchObject({ bs: 16, bptt: 16 })
    expect(planOf({ ...DEFAULTS, text: 'nietzsche' })).toMatchObject({ bs: 64, bptt: 16 })
    const state = { ...DEFAULTS, bs: 8 }
    expect(partsOf(planOf(state))).toMatchObject({ bs: 8, bptt: null })
  })
})

describe('the program', () => {
  const plan = planOf(DEFAULTS)

  it('is short, and has no schedule where the learning rate stayed', () => {
    const program = programOf(plan, [0.003, 0.003])
    expect(program.split('\n').length).toBeLessThan(35)
    expect(program).not.toContain('drag')
    expect(programOf({ ...plan, text: 'nietzsche' }, [])).toContain('datasets.nietzsche()')
  })

  it('says from which batch on the learning rate was another', () => {
    const program = programOf(plan, [0.01, 0.01, 0.002, 0.01])
    expect(program).toContain('{ 0: 0.01, 2: 0.002, 3: 0.01 }')
    expect(program).toContain('new LayerOptimizer(adam, model, 0.01, 0.00001)')
  })
})
