/** The kernels for vectors of 256 bits, in base64; only Node can be asked for such, so pages get null. */
export const wide: string | null
