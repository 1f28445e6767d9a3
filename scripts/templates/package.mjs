import { changeset } from './changeset.mjs'
import { at, before, usedBy } from './edits.mjs'
import { packageFiles } from './package-files.mjs'

export const about = 'a package of its own, on the top floor until you move it down'

/** @type {import('./index.mjs').Template} */
export function newPackage({ kebab, camel, pascal }) {
  const folder = `packages/${kebab}`
  return {
    files: {
      ...packageFiles(kebab, {
        description: 'What it is for, in half a line',
        keywords: [kebab],
        sideEffects: false,
      }),
      [`${folder}/README.md`]: `# @dl/${kebab}

What it is for, in a sentence or two.

\`\`\`sh
npm install @dl/${kebab} @dl/core @tensorflow/tfjs-core@4.22.0 @dl/backend-wasm
\`\`\`

[Start a project](https://github.com/dl-ts/dl#start-a-project) says what else a folder needs, and why
it is this tfjs-core.

\`\`\`ts
import '@dl/backend-wasm'
import { ${camel} } from '@dl/${kebab}'
import { tensor } from '@tensorflow/tfjs-core'

const x = tensor([1, 2])
const y = ${camel}(x, { times: 3 })
String(await y.data()) // → 3,6
for (const owner of [x, y]) owner.dispose()
\`\`\`

## What there is

| name | what it does |
| ---- | ------------ |
| \`${camel}(x, { times })\` | what it does, in half a line |
`,
      [`${folder}/src/index.ts`]: `export { type ${pascal}Options, ${camel} } from './${kebab}'\n`,
      [`${folder}/src/${kebab}.ts`]: `/** What it is, in one line, and the paper or program it is from. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { mul, Tensor } from '@tensorflow/tfjs-core'

export interface ${pascal}Options {
  /** By how much (default 2). */
  times?: number
}

/**
 * Multiplies a tensor. The result is yours to dispose.
 *
 * @throws DlError \`bad-option\`, \`no-tensor\`
 *
 * @example
 * \`\`\`ts
 * import { ${camel} } from '@dl/${kebab}'
 * import { tensor } from '@tensorflow/tfjs-core'
 *
 * const x = tensor([1, 2])
 * const y = ${camel}(x)
 * String(await y.data()) // → 2,4
 * for (const owner of [x, y]) owner.dispose()
 * \`\`\`
 */
export function ${camel}(x: Tensor, options: ${pascal}Options = {}): Tensor {
  const { times = 2 } = checkOptions('${camel}', options, ['times'])
  if (!Number.isFinite(times)) {
    throw new DlError('bad-option', {
      problem: \`${camel} got times \${showValue(times)}\`,
      expected: 'a finite number',
    })
  }
  if (!(x instanceof Tensor)) {
    const problem = \`${camel} got \${showValue(x)}\`
    throw new DlError('no-tensor', { problem, expected: 'a tensor' })
  }
  return mul(x, times)
}
`,
      [`${folder}/test/${kebab}.test.ts`]: `import { ${camel} } from '@dl/${kebab}'
import { type Tensor, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { answersInWords, each } from '../../../scripts/wrong-kinds'

describe('${camel}', () => {
  it('multiplies', async () => {
    const x = tensor([1, 2])
    const y = ${camel}(x, { times: 3 })
    expect([...(await y.data())]).toEqual([3, 6])
    for (const owner of [x, y]) owner.dispose()
  })

  it('refuses a number that is none', () => {
    expect(() => ${camel}(null as never, { times: Number.NaN })).toThrow(
      '${camel} got times NaN; expected a finite number.',
    )
  })
})

const x = tensor([1])
answersInWords(
  {
    '${camel}(x)': v => ${camel}(v),
    '${camel}(x, options)': v => ${camel}(x, v),
    ...each('${camel}', ['times'], v => ${camel}(x, v)),
  },
  result => (result as Tensor | undefined)?.dispose(),
)
`,
      [`.changeset/${kebab}-first.md`]: changeset(
        `@dl/${kebab}`,
        'A new package: say here, for those who will use it, what it is for.',
      ),
    },
    edits: {
      'scripts/floors.cjs': at(/\[[^[\]]*\],\n\]/, top => top.replace('],', `, '${kebab}'],`)),
      'README.md': before(
        '| [@dl/onnx]',
        `| [@dl/${kebab}](packages/${kebab}) | what it is for |\n`,
      ),
      'SECURITY.md': usedBy('@tensorflow/tfjs-core', kebab),
    },
    needsInstall: true,
    test: `${folder}/test/${kebab}.test.ts`,
  }
}
