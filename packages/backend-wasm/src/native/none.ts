/** In pages there is nothing to look for. */
import type { Native } from './find'

export const findNative = (): Native => ({ off: 'pages have no native code' })
export const attach = (): object => ({})
