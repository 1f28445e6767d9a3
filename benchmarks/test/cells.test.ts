import { expect, it } from 'vitest'
import { CELLS, cellTask, hiddenFor, parametersOf } from '../src/nets/cells'

it.each(CELLS)('a %s is as wide as its parameters allow', cell => {
  const hidden = hiddenFor(cell, 56, 20_000)
  const { model } = cellTask(cell, 56, hidden)
  const count = [...model.parameters()].reduce((sum, { size }) => sum + size, 0)
  expect(count).toBe(parametersOf(cell, 56, hidden))
  expect(Math.abs(count - 20_000)).toBeLessThan(500)
  model.dispose()
})
