/** Fused operations of @dl/core that TensorFlow's operations on bare handles do faster. */
import type { Kernels } from '../call'
import { crossEntropy, crossEntropyGrad } from './cross-entropy'
import { dropout } from './dropout'
import { embedding, embeddingGrad } from './embedding'
import { gru, gruGrad } from './gru'
import { lstm, lstmGrad } from './lstm'
import { adamStep, sgdStep } from './optimizers'
import { rnn, rnnGrad } from './rnn'

export const fusedKernels: Kernels = {
  DlCrossEntropy: crossEntropy,
  DlCrossEntropyGrad: crossEntropyGrad,
  DlEmbedding: embedding,
  DlEmbeddingGrad: embeddingGrad,
  DlSgdStep: sgdStep,
  DlAdamStep: adamStep,
  DlDropout: dropout,
  DlRnn: rnn,
  DlRnnGrad: rnnGrad,
  DlGru: gru,
  DlGruGrad: gruGrad,
  DlLstm: lstm,
  DlLstmGrad: lstmGrad,
}
