/** What differs between Node and pages: wider kernels in base64, and the script of a worker. */
export const wide: string | null
export const worker: string
