export { compare, logicalNot, select, toFloats, toIntegers } from './compare'
export { conv, convScratch } from './conv'
export { convFilterGrad, convFilterGradScratch } from './conv-filter-grad'
export { depthwise, depthwiseFilterGrad } from './depthwise'
export { dropout } from './dropout'
export { binary, clip, fill, unary } from './elementwise'
export { gemm, gemmDots, gemmFewRows, gemmMany, gemmScratch, packB, packedBytes, panelColumns } from './gemm'
export { copy, fillRows, firstBadId, gatherRows, scatterAddRows } from './layout'
export { binaryCrossEntropy, binaryCrossEntropyGrad, countLabels, crossEntropy, crossEntropyGrad } from './loss'
export {
  batchNormApply, batchNormGradInput, batchNormGradScale, batchNormGradSums, batchNormMoments,
  batchNormScale, batchNormStatistics,
} from './norm'
export { adamStep, sgdStep } from './optim'
export { pool, poolGrad } from './pool'
export { gruStep, gruStepGrad, lstmStep, lstmStepGrad, rnnStep, rnnStepGrad } from './recurrent'
export { argMax, reduce, softmax } from './reduce'
export { roof } from './roof'
