/** In pages there is nothing to look for. */
import type { Native } from './find'

export const CONTRACT = 0
export const findNative = (): Native => ({ off: 'pages have no native code' })
