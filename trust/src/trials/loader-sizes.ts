import { type Dataset, dataLoader, randomSplit, subset } from '@dl/data'
import { holds } from '../property'
import type { Trial } from '../trial'

const numbered = (length: number): Dataset<number> => ({ length, get: i => i })

async function batchesOf(loader: AsyncIterable<number[]>): Promise<number[][]> {
  const batches: number[][] = []
  for await (const batch of loader) batches.push(batch)
  return batches
}

export const loaderSizes: Trial = {
  name: 'loader-sizes',
  claim: 'of any size, each item comes once in an epoch, and a loader goes on where it was left',
  short: 300,
  long: 20_000,
  run: context =>
    holds(context, async random => {
      const items = 1 + random.int(60)
      const bs = 1 + random.int(items + 5)
      const shuffle = random.int(2) === 0
      const dropLast = random.int(2) === 0 && bs <= items
      const seed = random.int(1000)
      const options = { bs, shuffle, dropLast, seed, collate: (batch: number[]) => batch }
      const shown = JSON.stringify({ items, ...options })
      const loader = dataLoader(numbered(items), options)
      const count = dropLast ? Math.floor(items / bs) : Math.ceil(items / bs)
      if (loader.length !== count) return `${shown} says it has ${loader.length} batches`
      for (let epoch = 0; epoch < 2; epoch++) {
        const state = loader.state()
        const batches = await batchesOf(loader)
        const all = batches.flat()
        if (batches.length !== count) return `${shown} has ${batches.length} batches`
        if (batches.some((batch, i) => batch.length !== Math.min(bs, items - i * bs))) {
          return `${shown} has batches of ${batches.map(batch => batch.length)}`
        }
        if (new Set(all).size !== all.length) return `${shown} gives an item twice`
        if (!dropLast && all.length !== items) return `${shown} leaves an item out`
        if (!shuffle && all.some((item, i) => item !== i)) return `${shown} is out of order`
        const other = dataLoader(numbered(items), options)
        other.restore(JSON.parse(JSON.stringify(state)))
        const skipped = random.int(count + 1)
        other.skip?.(skipped)
        const rest = await batchesOf(other)
        if (JSON.stringify(rest) !== JSON.stringify(batches.slice(skipped))) {
          return `${shown} goes on otherwise from batch ${skipped} of epoch ${epoch}`
        }
      }
      if (items > 1) {
        const parts = randomSplit(numbered(items), (1 + random.int(items - 1)) / items, seed)
        const both = parts.flatMap(part =>
          Array.from({ length: part.length }, (_, i) => part.get(i)),
        )
        if (String((both as number[]).sort((a, b) => a - b)) !== String([...Array(items).keys()])) {
          return `${items} items are split into ${both}`
        }
      }
      const indices = Array.from({ length: random.int(9) }, () => random.int(items))
      const part = subset(numbered(items), indices)
      const got = Array.from({ length: part.length }, (_, i) => part.get(i))
      return String(got) === String(indices) ? null : `the subset ${indices} gives ${got}`
    }),
}
