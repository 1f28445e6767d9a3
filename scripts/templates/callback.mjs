import { changeset } from './changeset.mjs'
import { append, before } from './edits.mjs'

export const about = 'a guest of the training loop, in @dl/callbacks'

/** @type {import('./index.mjs').Template} */
export function callback({ kebab, camel, pascal }) {
  const folder = 'packages/callbacks'
  return {
    files: {
      [`${folder}/src/${kebab}.ts`]: `/** What it is, in one line, and the paper or program it is from. */
import { checkOptions } from '@dl/core'
import { checkCount } from './checks'
import type { Callback } from './protocol'

export interface ${pascal}Options {
  /** It looks at the end of every so many epochs (default 1). */
  every?: number
}

export interface ${pascal} extends Callback {
  /** The losses it has seen, each of the last batch of its epoch. */
  readonly losses: readonly number[]
}

/**
 * Keeps the last loss of every so many epochs.
 *
 * @throws DlError \`bad-option\`
 *
 * @example
 * \`\`\`ts
 * import { ${camel} } from '@dl/callbacks'
 *
 * ${camel}({ every: 2 }).name // → ${camel}
 * \`\`\`
 */
export function ${camel}(options: ${pascal}Options = {}): ${pascal} {
  const { every = 1 } = checkOptions('${camel}', options, ['every'])
  checkCount('${camel}', 'every', every, 1)
  let losses: number[] = []
  return {
    name: '${camel}',
    get losses() {
      return losses
    },
    onTrainBegin({ step }) {
      // a run that goes on from a checkpoint begins in its middle
      if (step === 0) losses = []
    },
    onEpochEnd({ epoch, loss }) {
      if ((epoch + 1) % every === 0) losses.push(loss)
    },
    // what a checkpoint keeps
    state: () => ({ losses: [...losses] }),
    restore(saved) {
      losses = [...(saved as { losses: number[] }).losses]
    },
  }
}
`,
      [`${folder}/test/${kebab}.test.ts`]: `import { ${camel} } from '@dl/callbacks'
import { describe, expect, it } from 'vitest'
import { rehearse } from './rehearsal'

describe('${camel}', () => {
  const loss = (step: number) => 4 - step

  it('looks at the end of every so many epochs', async () => {
    const callback = ${camel}({ every: 2 })
    await rehearse([callback], { epochs: 4, batches: 1, loss })
    expect(callback.losses).toEqual([3, 1])
  })

  it('starts afresh with a run, and goes on with one that is resumed', async () => {
    const callback = ${camel}()
    await rehearse([callback], { epochs: 2, batches: 1, loss })
    await rehearse([callback], { epochs: 2, batches: 1, loss })
    expect(callback.losses).toEqual([4, 3])
    const resumed = ${camel}()
    resumed.restore?.(JSON.parse(JSON.stringify(callback.state?.())))
    await rehearse([resumed], { epochs: 4, batches: 1, loss, from: { epoch: 2, step: 2 } })
    expect(resumed.losses).toEqual([4, 3, 2, 1])
  })

  it('refuses a span that is none', () => {
    expect(() => ${camel}({ every: 0 })).toThrow(
      "${camel}'s every is 0; expected an integer of at least 1.",
    )
  })
})
`,
      [`.changeset/callbacks-${kebab}.md`]: changeset(
        '@dl/callbacks',
        `\`${camel}({ every })\`: say here, for those who will use it, what it does.`,
      ),
    },
    edits: {
      [`${folder}/src/index.ts`]: append(
        `export { type ${pascal}, type ${pascal}Options, ${camel} } from './${kebab}'\n`,
      ),
      [`${folder}/test/wrong-kinds.test.ts`]: before(
        '}\n\nanswersInWords(CALLS)',
        `  '${camel}(options)': v => callbacks.${camel}(v),
  ...each('${camel}', ['every'], v => callbacks.${camel}(v)),\n`,
      ),
      [`${folder}/README.md`]: before(
        '| `callbackList(callbacks)`',
        `| \`${camel}({ every })\` | what it does, in half a line |\n`,
      ),
    },
    index: `${folder}/src/index.ts`,
    test: `${folder}/test/${kebab}.test.ts`,
  }
}
