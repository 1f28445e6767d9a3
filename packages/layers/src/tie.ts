/** Weight tying (Press and Wolf, 2017; Inan et al., 2017): one matrix for the words read and written. */
import { DlError, isParameter, type Parameter, sameShape, showShape, showValue } from '@dl/core'
import { isModule } from './module'
import { torchShape } from './torch-layout'

/**
 * Gives `decoder` the weight of `encoder`, of the same shape in PyTorch's layout, in place of its own:
 * one Parameter from then on, which gets the gradients of both, is saved under the first of its names
 * and is one for the optimizer, to be made after it. A Linear takes an Embedding's weight, too. State
 * dicts of PyTorch hold tied weights under both names and load as well.
 *
 * @throws DlError `bad-option` for a module without a weight; `shape-mismatch`
 *
 * @example
 * ```ts
 * import { Embedding, Linear, Sequential, tie } from '@dl/layers'
 *
 * const model = new Sequential(new Embedding(56, 42), new Linear(42, 56))
 * const [encoder, decoder] = [model[0] as Embedding, model[1] as Linear]
 * tie(decoder, encoder)
 * const names = [...model.namedParameters()].map(([name]) => name)
 * names.join(' ') // → 0.weight 1.bias
 * model.dispose()
 * ```
 */
export function tie(decoder: { weight: Parameter }, encoder: { weight: Parameter }): void {
  for (const [name, module] of Object.entries({ decoder, encoder })) {
    if (isModule(module) && isParameter((module as { weight?: unknown }).weight)) continue
    throw new DlError('bad-option', {
      problem: `tie got ${showValue(module)} as its ${name}`,
      expected: 'a layer with a weight: tie(linear, embedding)',
    })
  }
  if (decoder.weight === encoder.weight) return
  // only a Linear knows what to do with a weight in PyTorch's layout, and nobody with one transposed
  if (decoder.weight.torchAxes === null && encoder.weight.torchAxes !== null) {
    throw new DlError('bad-option', {
      problem: `tie got ${showValue(encoder)} for ${showValue(decoder)}`,
      expected: 'the weight of the second for the first',
      fix: 'Change places: tie(linear, embedding).',
    })
  }
  const [own, other] = [torchShape(decoder.weight), torchShape(encoder.weight)]
  if (!sameShape(own, other)) {
    throw new DlError('shape-mismatch', {
      problem: `tie got a decoder whose weight is ${showShape(own)} and an encoder of ${showShape(other)}, in PyTorch's layout`,
      expected: 'the same shape: new Linear(width, rows) for an Embedding(rows, width)',
    })
  }
  decoder.weight.dispose()
  decoder.weight = encoder.weight
}
