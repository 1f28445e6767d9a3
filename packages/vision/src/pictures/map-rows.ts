import { DlError, showValue } from '@dl/core'

/** Rows of a map: `(await maps.array())[0]`. */
export type MapRows = readonly (readonly number[])[]

export function checkMap(map: MapRows): void {
  if (!Array.isArray(map) || !map.every(Array.isArray)) {
    throw new DlError('bad-map', {
      problem: `the map is ${showValue(map)}`,
      expected: 'rows of numbers from 0 to 1',
      fix: 'Maps of a batch are a tensor: (await maps.array())[0] is the first.',
    })
  }
  const width = map[0]?.length ?? 0
  const isEven = width > 0 && map.every(row => row.length === width)
  const odd = map.flat().find(value => !Number.isFinite(value))
  if (isEven && odd === undefined) return
  throw new DlError('bad-map', {
    problem: isEven
      ? `the map has a value of ${odd}`
      : `the map has rows of ${map.map(row => row.length).join(', ') || 'nothing'}`,
    expected: 'rows of equal length, of numbers from 0 to 1',
  })
}
