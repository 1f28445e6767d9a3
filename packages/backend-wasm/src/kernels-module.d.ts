/** What the build compiled (dist/kernels.js): the kernels in base64 and the worker's source. */
export const plain: string
export const relaxed: string
export const worker: string
