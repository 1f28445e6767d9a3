import { parquetWriteBuffer } from 'hyparquet-writer'
import { describe, expect, it } from 'vitest'
import { parquet } from '../src/parquet'

const file = (columnData: Parameters<typeof parquetWriteBuffer>[0]['columnData']) =>
  parquetWriteBuffer({ columnData })

const houses = file([
  { name: 'size', data: [40.5, 80], type: 'DOUBLE' },
  { name: 'rooms', data: [2n, 4n], type: 'INT64' },
  { name: 'street', data: ['Hafenstraße', 'Hill'], type: 'STRING' },
  { name: 'sold', data: [true, null], type: 'BOOLEAN' },
])

describe('parquet', () => {
  it('reads columns as numbers, texts, flags and nothing', async () => {
    expect(await parquet(houses)).toEqual({
      length: 2,
      columns: {
        size: [40.5, 80],
        rooms: [2, 4],
        street: ['Hafenstraße', 'Hill'],
        sold: [true, null],
      },
    })
  })

  it('reads some columns and rows', async () => {
    const { length, columns } = await parquet(new Blob([houses]), { columns: ['rooms'], rows: 1 })
    expect({ length, columns }).toEqual({ length: 1, columns: { rooms: [2] } })
  })

  it('names columns that are not there, and those that are', async () => {
    await expect(parquet(houses, { columns: ['rooms', 'price'] })).rejects.toThrow(
      'the bytes has no column price; expected some of size, rooms, street, sold',
    )
  })

  it('names an integer that a number cannot hold', async () => {
    const large = file([{ name: 'id', data: [2n ** 60n], type: 'INT64' }])
    await expect(parquet(large)).rejects.toMatchObject({ code: 'not-representable' })
    await expect(parquet(large)).rejects.toThrow('column id of the bytes has 1152921504606846976')
  })

  it('refuses what is cut, damaged or something else', async () => {
    const bytes = new Uint8Array(houses)
    const cut = bytes.subarray(0, bytes.length - 9)
    for (const bad of [cut, new Uint8Array(0), new TextEncoder().encode('size,rooms\n1,2\n')]) {
      await expect(parquet(bad)).rejects.toMatchObject({ code: 'bad-parquet' })
    }
  })

  it('refuses options that make no sense', async () => {
    await expect(parquet(houses, { rows: -1 })).rejects.toThrow("parquet's rows is -1")
    await expect(parquet(houses, { colums: [] } as never)).rejects.toThrow('Did you mean columns?')
  })
})
