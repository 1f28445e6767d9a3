import { changeset } from './changeset.mjs'
import { append, before, inTurn } from './edits.mjs'

export const about = 'a Module with weights of its own, in @dl/layers'

/** @type {import('./index.mjs').Template} */
export function layer({ kebab, pascal }) {
  const folder = 'packages/layers'
  return {
    files: {
      [`${folder}/src/${kebab}.ts`]: `/** What it is, in one line, and the paper it is from. */
import { Parameter } from '@dl/core'
import { add, mul, ones, type Tensor, zeros } from '@tensorflow/tfjs-core'
import { checkSizes, checkWidth } from './checks'
import { Module } from './module'
import { withDefaults } from './options'

export interface ${pascal}Options {
  /** Whether to add a learnt bias (default true). */
  bias?: boolean
}

/**
 * y = x·w + b, feature by feature. Float32 […, features] in and out. Initialised to pass on what it
 * gets.
 *
 * @throws DlError \`bad-option\`, and \`shape-mismatch\` when it is called
 *
 * @example
 * \`\`\`ts
 * import { ${pascal} } from '@dl/layers'
 * import { ones } from '@tensorflow/tfjs-core'
 *
 * const layer = new ${pascal}(3)
 * const x = ones([2, 3])
 * const y = layer.call(x)
 * y.shape // → 2,3
 * for (const owner of [x, y, layer]) owner.dispose()
 * \`\`\`
 */
export class ${pascal} extends Module {
  /** [features] */
  readonly weight: Parameter
  readonly bias: Parameter | null

  constructor(
    readonly features: number,
    options: ${pascal}Options = {},
  ) {
    super()
    const { bias } = withDefaults('${pascal}', options, { bias: true })
    checkSizes('${pascal}', { features })
    this.weight = new Parameter(() => ones([features]))
    this.bias = bias ? new Parameter(() => zeros([features])) : null
  }

  forward(x: Tensor): Tensor {
    checkWidth('${pascal}', x, this.features)
    const scaled = mul(x, this.weight.value)
    return this.bias ? add(scaled, this.bias.value) : scaled
  }

  override describe(): string {
    return \`\${this.features}\${this.bias ? '' : ', bias=false'}\`
  }
}
`,
      [`${folder}/test/${kebab}.test.ts`]: `/** Where PyTorch has the same layer, compare it with that in a golden test: see golden-layer.ts. */
import { valueAndGrads } from '@dl/core'
import { ${pascal} } from '@dl/layers'
import { square, sum, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

describe('${pascal}', () => {
  it('scales and shifts each feature, and so do its gradients', async () => {
    const layer = new ${pascal}(2)
    const [weight, bias] = [tensor([2, -1]), tensor([0.5, 1])]
    layer.weight.assign(weight)
    layer.bias!.assign(bias)
    const x = tensor([[1, 2], [3, 4]])
    const y = layer.call(x)
    expect([...(await y.data())]).toEqual([2.5, -1, 6.5, -3])
    // d/dw of Σ y² is Σ 2·y·x, d/db is Σ 2·y, d/dx is 2·y·w
    const step = valueAndGrads(() => sum(square(layer.call(x))), [layer.weight, layer.bias!, x])
    const grads = await Promise.all(step.grads.map(async grad => [...(await grad!.data())]))
    expect(grads).toEqual([
      [44, -28],
      [18, -8],
      [10, 2, 26, 6],
    ])
    for (const owner of [step, weight, bias, x, y, layer]) owner.dispose()
  })

  it('names its weights, and does without the bias', () => {
    const layer = new ${pascal}(2, { bias: false })
    expect([...layer.namedParameters()].map(([name]) => name)).toEqual(['weight'])
    expect(String(layer)).toBe('${pascal}(2, bias=false)')
    layer.dispose()
  })

  it('refuses other widths', () => {
    const layer = new ${pascal}(2)
    const x = tensor([[1, 2, 3]])
    expect(() => layer.call(x)).toThrow(
      '${pascal} got an input of shape [1, 3]; expected a last dimension of 2.',
    )
    for (const owner of [x, layer]) owner.dispose()
  })
})
`,
      [`.changeset/layers-${kebab}.md`]: changeset(
        '@dl/layers',
        `\`${pascal}(features, { bias })\`: say here, for those who will use it, what it does.`,
      ),
    },
    edits: {
      [`${folder}/src/index.ts`]: append(
        `export { ${pascal}, type ${pascal}Options } from './${kebab}'\n`,
      ),
      [`${folder}/test/wrong-kinds.test.ts`]: inTurn(
        before('  ZeroPad2d: [1],\n', `  ${pascal}: [2, {}],\n`),
        before("    ZeroPad2d: ['top'", `    ${pascal}: ['bias'],\n`),
      ),
      [`${folder}/test/empty.test.ts`]: before(
        '  AdaptiveAvgPool2d: {',
        `  ${pascal}: { make: () => new layers.${pascal}(4), ...sequence },\n`,
      ),
      [`${folder}/README.md`]: before(
        '| `Sequential(...modules)`',
        `| \`${pascal}(features, { bias })\` | […, features] → […, features] | \`weight\` \`bias\` |\n`,
      ),
    },
    index: `${folder}/src/index.ts`,
    test: `${folder}/test/${kebab}.test.ts`,
  }
}
