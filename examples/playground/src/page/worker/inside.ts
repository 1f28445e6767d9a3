/**
 * The numbers of modules and parameters while the net trains: outputs of `rnn`, values of
 * `decoder.weight`, gradients of `*.weight :grad`. They are read now and then, and the rarer the
 * longer it takes: at most a thirtieth of the time. While nobody looks, nothing is hooked.
 */
import type { Callback } from '@dl/callbacks'
import { DlError, detach, nearest } from '@dl/core'
import type { Module } from '@dl/layers'
import type { LayerOptimizer } from '@dl/optim'
import { clone, keep, Tensor } from '@tensorflow/tfjs-core'
import type { News, Values } from './protocol'
import { thinned } from './thinned'

const SHARE = 1 / 40
const EVERY_MS = 400
/** As many pictures as fit on a screen. */
const MOST = 12

interface Wanted {
  modules: string[]
  parameters: string[]
  gradients: string[]
}

export function inside(
  model: Module,
  lo: LayerOptimizer,
  say: (news: News) => void,
): Callback & { at(paths: string | null): void; paths: string[] } {
  const modules = new Map([...model.namedModules()].filter(([path]) => path !== ''))
  const parameters = new Map(model.namedParameters())
  const paths = [...modules.keys(), ...parameters.keys()]
  let wanted: Wanted | null = null
  let due = 0
  let cost = 0
  let share = 0
  let taken: [name: string, tensor: Tensor][] | null = null
  let unhook: (() => void)[] = []

  const take = (name: string, tensor: Tensor) => {
    if (!taken?.some(([known]) => known === name)) taken?.push([name, keep(detach(tensor))])
  }
  const letGo = () => {
    for (const off of unhook) off()
    for (const [, tensor] of taken ?? []) tensor.dispose()
    unhook = []
    taken = null
  }

  return {
    name: 'inside',
    order: 20,
    paths,
    at(text) {
      wanted = null
      if (text === null || text.trim() === '') return
      try {
        wanted = wantedBy(text, [...modules.keys()], [...parameters.keys()])
        due = 0
      } catch (error) {
        if (!DlError.is(error)) throw error
        say({ kind: 'problem', message: error.message, code: error.code })
      }
    },
    onBatchBegin() {
      if (wanted === null || performance.now() < due) return
      const began = performance.now()
      taken = []
      unhook = wanted.modules.map(path =>
        modules.get(path)!.onForward((_module, _inputs, output: unknown) => {
          const tensor = output instanceof Tensor ? output : (output as { output?: unknown }).output
          if (tensor instanceof Tensor) take(path, tensor)
        }),
      )
      cost = performance.now() - began
    },
    transformGrads(grads) {
      if (taken === null || wanted === null) return [...grads]
      for (const name of wanted.gradients) {
        const gradient = grads[lo.parameters.indexOf(parameters.get(name)!)]
        if (gradient) taken.push([`${name} :grad`, keep(clone(gradient))])
      }
      return [...grads]
    },
    async onBatchEnd() {
      if (taken === null || wanted === null) return
      const began = performance.now()
      const values: Values[] = []
      for (const name of wanted.parameters) take(name, parameters.get(name)!.value)
      for (const [name, tensor] of taken.slice(0, MOST)) {
        values.push(thinned(name, tensor.shape, await tensor.data<'float32'>()))
      }
      letGo()
      say({ kind: 'values', values, share })
      cost += performance.now() - began
      const wait = Math.max(EVERY_MS, cost / SHARE)
      share = cost / wait
      due = performance.now() + wait
    },
    onTrainEnd: letGo,
  }
}

/** What a list of paths means: `rnn, *.weight :grad`. */
function wantedBy(text: string, modules: string[], parameters: string[]): Wanted {
  const wanted: Wanted = { modules: [], parameters: [], gradients: [] }
  for (const item of text.split(',')) {
    const [, glob = '', grad] = /^\s*(.*?)\s*(:grad)?\s*$/.exec(item) ?? []
    if (glob === '' && !grad) continue
    const pattern = new RegExp(
      `^${glob.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`,
    )
    const found = parameters.filter(path => pattern.test(path))
    if (grad) wanted.gradients.push(...found)
    else {
      wanted.parameters.push(...found)
      wanted.modules.push(...modules.filter(path => pattern.test(path)))
      found.push(...wanted.modules.slice(-1))
    }
    if (found.length > 0) continue
    const all = grad ? parameters : [...modules, ...parameters]
    const near = nearest(glob, all)
    throw new DlError('no-module', {
      problem: `nothing in the net is called ${glob || item.trim()}`,
      expected: `one of ${all.join(', ')}, or a pattern such as *.weight :grad`,
      ...(near && { fix: `Did you mean ${near}?` }),
    })
  }
  return wanted
}
