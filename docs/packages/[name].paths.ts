/** Each package's README as a page. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagesIn, root } from '../../scripts/workspace.mjs'

export default {
  paths: () =>
    packagesIn('packages').map(name => {
      const source = `packages/${name}/README.md`
      return {
        params: { name, source },
        content: readFileSync(join(root, source), 'utf8'),
      }
    }),
}
