import './autograd/register'
import './backends/choose'

export { detach, noGrad } from './autograd/off-tape'
export { type ValueAndGrads, valueAndGrads } from './autograd/value-and-grads'
export { allOrNothing } from './backends/all-or-nothing'
export { type AnnouncedBackend, announceBackend } from './backends/announce'
export { backendInfo, ownBackend } from './backends/backend-info'
export { gpuRepairs } from './backends/gpu-repairs'
export type { BackendInfo } from './backends/info'
export type { KernelRepair } from './backends/kernel-repair'
export { processorName } from './backends/processor-name'
export { refuseTooLarge } from './backends/too-large'
export { Buffer, type BufferOptions, isBuffer } from './buffer'
export { type Complaint, DlError, showShape, showValue } from './errors'
export {
  defineFusedKernel,
  type FusedGradient,
  type FusedKernel,
  type FusedOpStatus,
  opInfo,
} from './fused/define'
export { type Holdings, holdings, type LeakGuard, leakGuard } from './leak-guard'
export { nearest } from './nearest'
export { type Occupancy, type OccupyOptions, occupy } from './occupy'
export {
  type BatchNormOptions,
  type BatchStatistics,
  batchNorm,
  batchNormInference,
} from './ops/batch-norm'
export { type BinaryCrossEntropyOptions, binaryCrossEntropy } from './ops/binary-cross-entropy'
export { clipScale } from './ops/clip-scale'
export { type CrossEntropyOptions, crossEntropy } from './ops/cross-entropy'
export { type DropoutOptions, dropout } from './ops/dropout'
export { embedding } from './ops/embedding'
export { gru } from './ops/gru'
export { lstm } from './ops/lstm'
export {
  type AdamAttrs,
  adamStep,
  decayed,
  type SgdAttrs,
  type StepAttrs,
  sgdStep,
} from './ops/optimizer-steps'
export type { RecurrentOptions, RecurrentWeights } from './ops/recurrent'
export { type Nonlinearity, rnn } from './ops/rnn'
export { logSoftmax, logSumExp, softmax } from './ops/softmax'
export { checkOptions } from './options'
export { isParameter, Parameter, type ParameterOptions } from './parameter'
export { defaultGenerator, Generator, manualSeed, type RandomState } from './random/generator'
export { threefryWords } from './random/threefry'
export { repairKernels } from './repair-kernels'
export { sameShape } from './same-shape'
export { type SetAsideModel, type SetAsideOptions, setAside } from './set-aside'
