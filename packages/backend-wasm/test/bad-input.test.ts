/**
 * Every kernel of ours, called wrongly: it gives the numbers that tfjs's CPU kernel gives, or it
 * throws what says as much; and the backend works on.
 */
import { DlError } from '@dl/core'
import { engine, matMul, removeBackend, setBackend, type Tensor } from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { registerComposed } from '../../core/test/kernels'
import { kernels } from '../src/ops'
import { registerWasm } from '../src/register'
import { type Call, calls } from './bad-input/calls'
import { otherwise } from './bad-input/otherwise'
import { type Spoiled, spoiledAttrs, spoiledInputs } from './bad-input/spoil'
import { expectClose, floats, type Result, results, runKernel, type WasmBackend } from './helpers'

/** A backend of its own: tfjs's kernels forget intermediates when they throw. */
const BACKEND = 'wasm-spoiled'

/** What tfjs has counted: shapes and types that are none spoil it for the files that follow. */
let counted: Pick<ReturnType<typeof engine>['state'], 'numTensors' | 'numBytes'>

beforeAll(async () => {
  const { numTensors, numBytes } = engine().state
  counted = { numTensors, numBytes }
  registerWasm(BACKEND, { priority: 0 })
  await setBackend('cpu')
  registerComposed()
  await setBackend('wasm')
})

afterAll(() => {
  removeBackend(BACKEND)
  Object.assign(engine().state, counted)
})

type Outcome = { results: Result[] } | { error: Error }

function outcome(name: string, { inputs, attrs }: Call, disposed?: string): Outcome {
  const names = Object.keys(inputs)
  const run = (...xs: Tensor[]) => {
    xs[names.indexOf(disposed ?? '')]?.dispose()
    const named = Object.fromEntries(names.map((name, i) => [name, xs[i]!]))
    return runKernel(name, '0' in named ? xs : named, attrs)
  }
  try {
    return { results: results(run, Object.values(inputs)) }
  } catch (error) {
    return { error: error as Error }
  }
}

/** Whether no kernel should have computed this: tfjs's rely on the operations to check, and compute on. */
const senseless = ({ shape, values }: Result): boolean =>
  !shape.every(size => Number.isInteger(size) && size >= 0) || values.some(Number.isNaN)

/** Kernels that know their shapes: what they take is tested with them, here what they must not. */
const strict = (name: string): boolean => /^Dl|Conv2[dD]|Pool|Grad$/.test(name)

/** What is wrong with our error, or null: a crash always is, to refuse what tfjs computes mostly. */
function wrongError(name: string, error: Error, theirs: Outcome): string | null {
  const meant = DlError.is(error) || error.name === 'Error'
  const mayRefuse = 'error' in theirs || strict(name) || theirs.results.some(senseless)
  if (meant && mayRefuse) return null
  const said = 'error' in theirs ? theirs.error.message : 'a result'
  return `${error.name}: ${error.message}; tfjs: ${said}`
}

/** What is wrong with our results, or null. */
function wrongResults(ours: Result[], theirs: Outcome): string | null {
  if ('error' in theirs) return `a result, where tfjs says: ${theirs.error.message}`
  try {
    expect(ours.length).toBe(theirs.results.length)
    theirs.results.forEach(({ shape, dtype, values }, i) => {
      expect(ours[i]).toMatchObject({ shape, dtype })
      expectClose(ours[i]!.values, values)
    })
    return null
  } catch (error) {
    return (error as Error).message
  }
}

function wrong(name: string, { disposed }: Spoiled, ours: Outcome, theirs: Outcome): string | null {
  if ('results' in ours) return wrongResults(ours.results, theirs)
  if (disposed === undefined) return wrongError(name, ours.error, theirs)
  return DlError.is(ours.error, 'disposed') ? null : `${ours.error.name}: ${ours.error.message}`
}

/** Complaints by what was spoiled. Whatever happened, the backend is as before. */
async function complaints(name: string, spoiled: Spoiled[]): Promise<Record<string, string>> {
  await setBackend('cpu')
  const wanted = spoiled.map(({ call, disposed }) => outcome(name, call, disposed))
  await setBackend(BACKEND)
  const backend = engine().backend as WasmBackend
  const factors = [floats(9, 17), floats(17, 5)]
  const product = () => results((a, b) => matMul(a as never, b as never), factors)
  const before = product()
  const found: Record<string, string> = {}
  spoiled.forEach((spoil, i) => {
    const { how, call, disposed } = spoil
    const dataIds = backend.numDataIds()
    backend.fallbacks.clear()
    const complaint = wrong(name, spoil, outcome(name, call, disposed), wanted[i]!)
    if (complaint !== null) found[how] = complaint
    if (!backend.fallbacks.has(name)) expect(backend.numDataIds(), how).toBe(dataIds)
    expect(backend.memory().blocks, how).toBe(0)
  })
  expect(product()).toEqual(before)
  await setBackend('wasm')
  return found
}

describe.each(kernels.map(({ name }) => name))('%s', name => {
  it('called rightly', async () => {
    expect(calls, 'test/bad-input/calls.ts has one').toHaveProperty(name)
    const call = calls[name]!
    expect(outcome(name, call)).toHaveProperty('results')
    expect(await complaints(name, [{ how: 'right', call }])).toEqual({})
  })

  it('called wrongly', async () => {
    const call = calls[name]!
    const found = await complaints(name, [...spoiledInputs(call), ...spoiledAttrs(call)])
    const meant = otherwise(name)
    const surprises = Object.entries(found).filter(([how]) => !meant.includes(how))
    expect(Object.fromEntries(surprises)).toEqual({})
    expect(meant.filter(how => !(how in found))).toEqual([])
  })
})
