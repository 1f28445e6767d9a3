/** Stands in for the suite in a browser where there is none: counted as skipped, with the reason. */
import { it } from 'vitest'
import { NO_CHROMIUM } from '../chromium.mjs'

it('the suite in Chromium', ctx => ctx.skip(NO_CHROMIUM))
