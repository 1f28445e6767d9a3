/** For `npm run backends`: one backend of Node, as JSON. */
import { program, useBackend } from '@dl/example-kit'
import { measure } from './measure'
import { HELP, readOptions } from './options'

program(HELP, async args => {
  await useBackend(readOptions(args).backend)
  console.log(JSON.stringify(await measure()))
})
