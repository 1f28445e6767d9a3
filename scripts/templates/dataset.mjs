import { createHash } from 'node:crypto'
import { changeset } from './changeset.mjs'
import { after, before, inTurn } from './edits.mjs'

export const about = 'a known text with its address and sum, in @dl/data'

/** What stands for the text until its address and sum are there. */
const TEXT = 'one\ntwo\nthree\nfour\n'

/** @type {import('./index.mjs').Template} */
export function dataset({ kebab, camel }) {
  const folder = 'packages/data'
  const sha256 = createHash('sha256').update(TEXT).digest('hex')
  return {
    files: {
      [`${folder}/src/datasets/${kebab}.ts`]: `import type { TextRecipe } from './text-dataset'

export const ${camel}: TextRecipe = {
  name: '${kebab}',
  origin: 'who wrote it, its licence, and from where people know it',
  file: {
    // an address whose content does not change: a commit's, a release's
    url: 'https://example.com/${kebab}.txt',
    sha256: '${sha256}',
    name: '${kebab}/${kebab}.txt',
  },
  cut: { fraction: 0.5 },
}
`,
      [`${folder}/test/datasets/${kebab}.test.ts`]: `/** A copy below DL_DATA stands for the download, as tests use no network. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { datasets } from '@dl/data'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'

const TEXT = ${JSON.stringify(TEXT).replaceAll('"', "'")}

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dl-'))
  await mkdir(join(folder, '${kebab}'))
  await writeFile(join(folder, '${kebab}/${kebab}.txt'), TEXT)
  vi.stubEnv('DL_DATA', folder)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(folder, { recursive: true })
})

it('datasets.${camel} cuts its text into training and validation', async () => {
  const { name, train, validation, source } = await datasets.${camel}()
  expect({ name, source }).toEqual({ name: '${kebab}', source: 'DL_DATA' })
  expect([train, validation]).toEqual(['one\\ntwo\\n', 'three\\nfour\\n'])
})
`,
      [`.changeset/data-${kebab}.md`]: changeset(
        '@dl/data',
        `\`datasets.${camel}()\`: say here, for those who will use it, what it is.`,
      ),
    },
    edits: {
      [`${folder}/src/datasets/index.ts`]: inTurn(
        before('import { loadText,', `import { ${camel} } from './${kebab}'\n`),
        after(
          'loadText(shakespeare),\n',
          `  /** How long it is, and where it is cut. */
  ${camel}: (): Promise<TextDataset> => loadText(${camel}),\n`,
        ),
      ),
      [`${folder}/README.md`]: after('| `datasets.nietzsche()`', ` \`datasets.${camel}()\``),
    },
    index: `${folder}/src/datasets/index.ts`,
    test: `${folder}/test/datasets/${kebab}.test.ts`,
  }
}
