/** Each package's README as a page. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packagesIn, root } from '../../scripts/workspace.mjs'

export default {
  paths: () =>
    packagesIn('packages').map(name => ({
      params: { name },
      content: readFileSync(join(root, 'packages', name, 'README.md'), 'utf8'),
    })),
}
