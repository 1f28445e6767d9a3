export { binary, fill, unary } from './elementwise'
export { gemm, gemmDots, gemmFewRows, gemmScratch, packB, packedBytes } from './gemm'
export { copy, fillRows, gatherRows, scatterAddRows } from './layout'
export { max_ as max, softmax, sum } from './reduce'
