import { describe, expect, it } from 'vitest'
import { budget } from '../../src/decode/budget'

describe('budget', () => {
  it('never has more under way than it may, but for something larger alone', async () => {
    const within = budget(10)
    let used = 0
    const seen: number[] = []
    const order: number[] = []
    const sizes = [4, 6, 1, 25, 3, 10, 2, 8, 5]
    await Promise.all(
      sizes.map((size, i) =>
        within(size, async () => {
          order.push(i)
          used += size
          seen.push(used)
          await new Promise(resolve => setTimeout(resolve))
          used -= size
          if (i === 2) throw new Error('damaged')
        }).catch(() => {}),
      ),
    )
    expect(order).toEqual(sizes.map((_, i) => i))
    expect(seen.filter(total => total > 10)).toEqual([25])
    expect([seen.some(total => total === 10), used]).toEqual([true, 0])
  })
})
