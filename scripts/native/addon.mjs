/** Whether this machine has an addon of @dl/native, for the tests that want one. */
import { existsSync } from 'node:fs'

const file = new URL(
  `../../packages/native/dist/${process.platform}-${process.arch}.node`,
  import.meta.url,
)

export const native = existsSync(file)
export const NO_NATIVE = 'no C++ compiler was there to make native kernels with'
