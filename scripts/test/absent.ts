/** Stands in for a project that cannot run on this machine, and says why. */
import { it } from 'vitest'

it('the suite', ctx => ctx.skip(process.env.DL_TEST_ABSENT))
