import '#tfjs-gradients'

export { Buffer, type BufferOptions, isBuffer } from './buffer'
export { type Complaint, DlError, showShape } from './errors'
export { type FusedOpStatus, opInfo } from './fused/define'
export { type Holdings, holdings, type LeakGuard, leakGuard } from './leak-guard'
export { isParameter, Parameter } from './parameter'
export { defaultGenerator, Generator, manualSeed, type RandomState } from './random/generator'
export { threefryWords } from './random/threefry'
