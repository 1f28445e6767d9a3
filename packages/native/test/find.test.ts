/** What stands in an addon's place is never an exception, and says whether something is broken. */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findNative, type NoNative } from '@dl/native'
import { afterAll, expect, it } from 'vitest'

const name = `${process.platform}-${process.arch}.node`
const place = mkdtempSync(join(tmpdir(), 'dl-native-'))
const folder = `${place}/`
afterAll(() => rmSync(place, { recursive: true }))

/** Puts a file there as an addon, with its own sum unless another is given. */
function put(content: string, sum = createHash('sha256').update(content).digest('hex')): void {
  writeFileSync(join(place, name), content)
  writeFileSync(join(place, 'addons.json'), JSON.stringify({ [name]: { sha256: sum } }))
}

const found = () => findNative({ folder, checked: false }) as NoNative

it('is absent where there is none for this system', () => {
  expect(found()).toEqual({ problem: `@dl/native has no ${name}`, broken: false })
})

it('is broken where its sum is another', () => {
  put('an addon', '0')
  expect(found()).toEqual({
    problem: `${folder}${name} is damaged: its checksum is wrong`,
    broken: true,
  })
})

it('is broken where it does not load, though its sum is right', () => {
  put('not a library')
  const { problem, broken } = found()
  expect(problem).toContain(`${name} does not load: `)
  expect(broken).toBe(true)
})

it('is broken where the list of sums cannot be read', () => {
  writeFileSync(join(place, 'addons.json'), '{')
  expect(found()).toMatchObject({ broken: true })
})
