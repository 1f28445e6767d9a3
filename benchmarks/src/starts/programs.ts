/** One batch of a recurrent character model with 256 units, as each library's users would write it. */

export const OURS = `import '@dl/backend-wasm'
import { take } from '@dl/data'
import { crossEntropy } from '@dl/layers'
import { adam, LayerOptimizer } from '@dl/optim'
import { CharLM, LanguageModelLoader } from '@dl/text'
import { fit } from '@dl/train'

const ids = Int32Array.from({ length: 64 * 100 }, (_, i) => i % 56)
const train = take(new LanguageModelLoader(ids, { bs: 64, bptt: 8, seed: 1 }), 1)
const model = new CharLM({ vocab: 56, hidden: 256 })
const { history } = await fit(model, { train }, 1, new LayerOptimizer(adam, model, 1e-3), crossEntropy)
console.log(history[0].trnLoss)
`

export const TFJS = `import * as tf from '@tensorflow/tfjs'

const model = tf.sequential()
model.add(tf.layers.embedding({ inputDim: 56, outputDim: 42, inputLength: 8 }))
// the orthogonal matrices of its default take long to make
const recurrentInitializer = 'glorotUniform'
model.add(tf.layers.lstm({ units: 256, returnSequences: true, recurrentInitializer }))
model.add(tf.layers.dense({ units: 56, activation: 'softmax' }))
model.compile({ optimizer: tf.train.adam(1e-3), loss: 'sparseCategoricalCrossentropy' })
const ids = tf.tensor(Float32Array.from({ length: 64 * 8 }, (_, i) => i % 56), [64, 8])
console.log(await model.trainOnBatch(ids, ids.expandDims(-1)))
`

/** It has no recurrent layers, hence an RNN by hand, and plain gradient descent. */
export const JAX_JS = `import { defaultDevice, init, nn, numpy as np, random, tree, valueAndGrad } from '@jax-js/jax'

await init('wasm')
defaultDevice('wasm')
const [T, B, V, H] = [8, 64, 56, 256]
const ids = Array.from({ length: T }, (_, t) =>
  np.array(Int32Array.from({ length: B }, (_, i) => (t * B + i) % V), { dtype: np.int32 }),
)
const keys = random.split(random.key(1), 3)
const normal = (i, shape) => random.normal(keys.ref.slice(i), shape).mul(0.05)
const weights = { wx: normal(0, [V, H]), wh: normal(1, [H, H]), wo: normal(2, [H, V]) }

function loss({ wx, wh, wo }) {
  let h = np.zeros([B, H])
  let sum = np.zeros([])
  for (const at of ids) {
    const x = nn.oneHot(at.ref, V)
    h = np.tanh(np.matmul(x.ref, wx.ref).add(np.matmul(h, wh.ref)))
    sum = sum.sub(nn.logSoftmax(np.matmul(h.ref, wo.ref), -1).mul(x).sum())
  }
  h.dispose()
  tree.dispose([wx, wh, wo])
  return sum.div(T * B)
}

const [value, grads] = valueAndGrad(loss)(tree.ref(weights))
const next = tree.map((w, g) => w.sub(g.mul(1e-3)), weights, grads)
for (const leaf of tree.leaves(next)) await leaf.blockUntilReady()
console.log(value.item())
`

export const TORCH = `import torch
from torch import nn
ids = torch.arange(64 * 8).reshape(8, 64) % 56
embedding, rnn, out = nn.Embedding(56, 42), nn.LSTM(42, 256), nn.Linear(256, 56)
parameters = [*embedding.parameters(), *rnn.parameters(), *out.parameters()]
step = torch.optim.Adam(parameters, 1e-3)
loss = nn.functional.cross_entropy(out(rnn(embedding(ids))[0]).flatten(0, 1), ids.flatten())
loss.backward()
step.step()
print(loss.item())
`
