/** The kernels as the build compiled them (dist/kernels.js), in base64. */
export const plain: string
export const relaxed: string
