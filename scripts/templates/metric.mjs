import { changeset } from './changeset.mjs'
import { append, before, inTurn } from './edits.mjs'

export const about = 'what validation measures beside the loss, in @dl/train'

/** @type {import('./index.mjs').Template} */
export function metric({ kebab, camel }) {
  const folder = 'packages/train'
  return {
    files: {
      [`${folder}/src/metrics/${kebab}.ts`]: `import { abs, max, stack, tidy } from '@tensorflow/tfjs-core'
import { errorsOf } from './errors-of'
import type { CountMetric } from './metric'

/**
 * The largest error of regression over the validation set. Outputs and targets of one shape.
 *
 * @throws DlError \`shape-mismatch\` while it measures
 *
 * @example
 * \`\`\`ts
 * import { ${camel} } from '@dl/train'
 *
 * ${camel}.name // → ${camel}
 * ${camel}.finish([3]) // → 3
 * \`\`\`
 */
export const ${camel} = {
  name: '${camel}',
  // a batch's share, as a vector
  counts: (output, target) =>
    tidy(() => stack([max(abs(errorsOf('${camel}', output, target)))])),
  // without merge, the vectors of all batches are added up
  merge: ([before], [batch]) => [Math.max(before!, batch!)],
  finish: ([largest]) => largest!,
} satisfies CountMetric
`,
      [`${folder}/test/metrics/${kebab}.test.ts`]: `import { Identity } from '@dl/layers'
import { evaluate, ${camel} } from '@dl/train'
import { tensor, zeros } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'
import { meanSquare } from '../parts'

describe('${camel}', () => {
  /** Two batches of outputs and targets, of two rows and one. */
  const loader = {
    length: 2,
    async *[Symbol.asyncIterator]() {
      yield { inputs: [tensor([[1], [5]])], target: tensor([[2], [2]]), items: 2 }
      yield { inputs: [tensor([[4]])], target: tensor([[6]]), items: 1 }
    },
  }

  it('looks at all batches', async () => {
    const { metrics } = await evaluate(new Identity(), loader, meanSquare, { metrics: [${camel}] })
    expect(metrics).toEqual({ ${camel}: 3 })
  })

  it('refuses what would broadcast', () => {
    const [output, target] = [zeros([4, 1]), zeros([4])]
    expect(() => ${camel}.counts(output, target)).toThrow(
      '${camel} got outputs of shape [4, 1] and targets of [4]; expected a target for each output',
    )
    for (const owner of [output, target]) owner.dispose()
  })
})
`,
      [`.changeset/train-${kebab}.md`]: changeset(
        '@dl/train',
        `\`${camel}\`, a metric: say here, for those who will use it, what it measures.`,
      ),
    },
    edits: {
      [`${folder}/src/index.ts`]: append(`export { ${camel} } from './metrics/${kebab}'\n`),
      [`${folder}/test/metrics-wrong-kinds.test.ts`]: inTurn(
        before("} from '@dl/train'", `  ${camel},\n`),
        before("  ['topK', [topK", `  ['${camel}', [${camel}.counts]],\n`),
      ),
      [`${folder}/README.md`]: before(
        '| `logLoss`, `confusionMatrix` |',
        `| \`${camel}\` | of what kind of output and target |\n`,
      ),
    },
    index: `${folder}/src/index.ts`,
    test: `${folder}/test/metrics/${kebab}.test.ts`,
  }
}
