// The kernels, by the names of backend-wasm's kernels/index.ts. How many numbers each takes is read off
// its function; a test holds both against the WebAssembly module.
#pragma once

/** Raised with backend-wasm's (src/native/find.ts) when a kernel's arguments or meaning change. */
#define DL_CONTRACT 1

#define DL_KERNELS(each) \
  each(adamStep) each(argMax) \
  each(batchNormApply) each(batchNormGradInput) each(batchNormGradScale) each(batchNormGradSums) \
  each(batchNormMoments) each(batchNormScale) each(batchNormStatistics) \
  each(binary) each(binaryCrossEntropy) each(binaryCrossEntropyGrad) \
  each(clip) each(compare) each(conv) each(convFilterGrad) each(convFilterGradScratch) each(convScratch) \
  each(copy) each(countLabels) each(crossEntropy) each(crossEntropyGrad) \
  each(depthwise) each(depthwiseFilterGrad) each(dropout) \
  each(fill) each(fillRows) each(firstBadId) \
  each(gatherRows) each(gemm) each(gemmDots) each(gemmFewRows) each(gemmMany) each(gemmScratch) \
  each(gruStep) each(gruStepGrad) \
  each(logicalNot) each(lstmStep) each(lstmStepGrad) \
  each(packB) each(packedBytes) each(panelColumns) each(pool) each(poolGrad) \
  each(reduce) each(rnnStep) each(rnnStepGrad) each(roof) \
  each(scatterAddRows) each(select) each(sgdStep) each(softmax) \
  each(toFloats) each(toIntegers) \
  each(unary)
