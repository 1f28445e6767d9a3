/** For `npm run backends`: one backend of Node, as JSON. */
import { BACKENDS, backend, backendName, program, readFlags, useBackend } from '@dl/example-kit'
import { measure } from './measure'

program(`Prints what the programs come to as JSON.\n\n  --backend  ${BACKENDS}\n`, async args => {
  await useBackend(backendName(readFlags(args, { backend }).backend))
  console.log(JSON.stringify(await measure()))
})
