import { changeset } from './changeset.mjs'
import { after, append, before } from './edits.mjs'

export const about = 'a change of pictures, in @dl/vision'

/** @type {import('./index.mjs').Template} */
export function transform({ kebab, camel, pascal }) {
  const folder = 'packages/vision'
  return {
    files: {
      [`${folder}/src/transforms/${kebab}.ts`]: `import { checkOptions } from '@dl/core'
import { aboutCentres } from './affine'
import { requireChance } from './checks'
import type { ImageTransform } from './transform'

export interface ${pascal}Options {
  /** How likely a picture is changed (default 0.5). */
  p?: number
}

/**
 * Swaps top and bottom, at random.
 *
 * @throws DlError \`bad-option\`
 *
 * @example
 * \`\`\`ts
 * import { Generator } from '@dl/core'
 * import { ${camel} } from '@dl/vision'
 *
 * const change = ${camel}({ p: 1 }).draw(new Generator(1), { width: 32, height: 32 })
 * change!.geometry // → 1,0,0,0,-1,31
 * \`\`\`
 */
export function ${camel}(options: ${pascal}Options = {}): ImageTransform {
  const { p = 0.5 } = checkOptions('${camel}', options, ['p'])
  requireChance('${camel}', p)
  return {
    name: '${camel}',
    draw: (random, frame) =>
      random.next() < p ? { geometry: aboutCentres([1, 0, 0, -1], frame) } : null,
  }
}
`,
      [`${folder}/test/transforms/${kebab}.test.ts`]: `import { imageTransforms, ${camel} } from '@dl/vision'
import { describe, expect, it } from 'vitest'
import { batchOf, bytes, generators, picture, places, plainStats } from './pictures'

describe('${camel}', () => {
  it.each(places)('swaps top and bottom (%s)', async on => {
    const image = picture(1, 6, 6)
    const transforms = [${camel}({ p: 1 })]
    const made = batchOf(imageTransforms({ size: 6, stats: plainStats, transforms, on }), [image])
    const rows = Array.from({ length: 6 }, (_, y) => [...image.data.slice(18 * y, 18 * (y + 1))])
    expect(bytes(await made)).toEqual(rows.reverse().flat())
  })

  it('changes a share p, the same ones from the same seeds', () => {
    const drawn = (p: number) =>
      generators(Array.from({ length: 200 }, (_, i) => i)).map(
        random => ${camel}({ p }).draw(random, { width: 4, height: 4 }) !== null,
      )
    expect(drawn(0)).not.toContain(true)
    expect(drawn(1)).not.toContain(false)
    // 50 expected, four standard deviations of 6.1
    expect(Math.abs(drawn(0.25).filter(Boolean).length - 50)).toBeLessThan(25)
    expect(drawn(0.25)).toEqual(drawn(0.25))
  })

  it('refuses what is no probability', () => {
    expect(() => ${camel}({ p: 2 })).toThrow(
      '${camel} got p 2; expected a probability from 0 to 1.',
    )
  })
})
`,
      [`.changeset/vision-${kebab}.md`]: changeset(
        '@dl/vision',
        `\`${camel}({ p })\`: say here, for those who will use it, what it does.`,
      ),
    },
    edits: {
      [`${folder}/src/index.ts`]: append(
        `export { type ${pascal}Options, ${camel} } from './transforms/${kebab}'\n`,
      ),
      [`${folder}/test/wrong-kinds.test.ts`]: before(
        '  mixup: [vision.mixup',
        `  ${camel}: [options => draw(vision.${camel}(options)), { p: 1 }],\n`,
      ),
      [`${folder}/README.md`]: after('There are `randomFlip', ` ${camel}`),
    },
    index: `${folder}/src/index.ts`,
    test: `${folder}/test/transforms/${kebab}.test.ts`,
  }
}
