/** Programs that need only a part of the packages, and one that needs all their types. */
import { NAMES, TFJS } from './tarballs'

/** Two training steps each; the last line is the loss before and after. */
export const TRAINING = {
  '@dl/optim': {
    own: ['core', 'data', 'optim'],
    needs: TFJS,
    program: `
      import '@tensorflow/tfjs-backend-cpu'
      import { Parameter, valueAndGrads } from '@dl/core'
      import { adam, LayerOptimizer } from '@dl/optim'
      import { square, sub, sum, tensor } from '@tensorflow/tfjs-core'
      const weight = new Parameter(tensor([1, 2, 3]))
      const lo = new LayerOptimizer(adam, { parameters: () => [weight] }, 0.1)
      const loss = () => sum(square(sub(weight.value, 5)))
      const take = async () => {
        const step = valueAndGrads(loss, lo.parameters)
        const [value] = await step.value.data()
        lo.step(step.grads)
        return value
      }
      console.log(JSON.stringify([await take(), await take()]))
    `,
  },
  '@dl/text': {
    own: ['backend-wasm', 'core', 'data', 'layers', 'text'],
    needs: { '@tensorflow/tfjs-core': TFJS['@tensorflow/tfjs-core'] },
    program: `
      import '@dl/backend-wasm'
      import { crossEntropy, manualSeed, sgdStep, valueAndGrads } from '@dl/core'
      import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
      manualSeed(1)
      const text = 'the quick brown fox jumps over the lazy dog. '.repeat(8)
      const splits = { train: text, validation: text }
      const data = LanguageModelData.fromTexts(splits, new Field({ tokenize: chars }), { bs: 4, bptt: 8 })
      const model = new CharLM({ vocab: data.nt, hidden: 16 }).eval()
      const parameters = [...model.parameters()]
      const batches = data.validation[Symbol.asyncIterator]()
      const { inputs, target } = (await batches.next()).value
      const loss = () => crossEntropy(model.call(...inputs), target)
      const take = async () => {
        model.resetState()
        const step = valueAndGrads(loss, parameters)
        const [value] = await step.value.data()
        parameters.forEach((parameter, i) => {
          const attrs = { lr: 0.5, momentum: 0, nesterov: false, weightDecay: 0, decoupledDecay: 0 }
          const [next] = sgdStep({ param: parameter.value, grad: step.grads[i] }, attrs)
          parameter.assign(next)
        })
        return value
      }
      console.log(JSON.stringify([await take(), await take()]))
    `,
  },
}

/** One program; the backend's import is its first line. The last line it prints are its losses. */
export const swapped = (backend: string): string => `import '${backend}'
import { lossRecorder } from '@dl/callbacks'
import { manualSeed } from '@dl/core'
import { take } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
import { fit } from '@dl/train'

manualSeed(1)
const text = 'the quick brown fox jumps over the lazy dog. '.repeat(20)
const splits = { train: text, validation: text }
const data = LanguageModelData.fromTexts(splits, new Field({ tokenize: chars }), { bs: 4, bptt: 8, lengthStep: 8, seed: 1 })
const model = new CharLM({ vocab: data.nt, hidden: 16, dropout: 0.1 })
const recorder = lossRecorder()
const lo = new LayerOptimizer(adam, model, 3e-3)
await fit(model, { train: take(data.train, 10) }, 1, lo, crossEntropy, { callbacks: [recorder] })
console.log(JSON.stringify(recorder.losses))
`

const imports = NAMES.map((name, i) => `import * as _${i} from '@dl/${name}'`)

/** Every declaration of every package, and some of them used. */
export const TYPED = `
${imports.join('\n')}
import { tensor, type Tensor } from '@tensorflow/tfjs-core'

export const all = [${NAMES.map((_, i) => `_${i}`).join(', ')}]

class Line extends _${NAMES.indexOf('layers')}.Module<[x: Tensor], Tensor> {
  readonly slope = new _${NAMES.indexOf('core')}.Parameter(() => tensor([1]))
  forward(x: Tensor): Tensor {
    return x
  }
}

using model = new Line()
export const names: string[] = Object.keys(model.stateDict())
// @ts-expect-error a model takes tensors: what is no type at all would take anything
model.call('text')
`
