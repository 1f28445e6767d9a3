/** Stands in for the suite on tfjs-node where there is none: counted as skipped, with the reason. */
import { it } from 'vitest'
import { NO_TFJS_NODE } from '../tfjs-node.mjs'

it('the suite on tfjs-node', ctx => ctx.skip(NO_TFJS_NODE))
