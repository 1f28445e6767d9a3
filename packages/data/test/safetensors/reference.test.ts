/** The same files as the reference implementation takes, but for what is listed here. */
import { DlError } from '@dl/core'
import { decodeSafetensors } from '@dl/data'
import { describe, expect, it } from 'vitest'
import verdicts from '../fixtures/verdicts.json' with { type: 'json' }

type Mutant = [base: number, accepted: number, at: number, remove: number, insert: string]

const bases = verdicts.bases.map(text => Uint8Array.from(atob(text), one => one.charCodeAt(0)))
const latin1 = (text: string) => Uint8Array.from(text, one => one.charCodeAt(0))

/** As verdicts.json.py does it. */
function apply([base, , at, remove, insert]: Mutant): Uint8Array {
  const bytes = bases[base]!
  const size = Number(new DataView(bytes.buffer).getBigUint64(0, true))
  const parts = [bytes.subarray(0, at), latin1(insert), bytes.subarray(at + remove)]
  const changed = Uint8Array.from(parts.flatMap(part => [...part]))
  if (at >= 8 && at < 8 + size + (remove === 0 ? 1 : 0)) {
    const now = Math.max(0, size + insert.length - Math.min(remove, 8 + size - at))
    new DataView(changed.buffer).setBigUint64(0, BigInt(now), true)
  }
  return changed
}

/** What the reference takes and we do not: the README says why. */
const DIFFERENCES = {
  'a name twice': /is given twice at character/,
  'a dtype without a typed array':
    /has dtype (F4|F6_E2M3|F6_E3M2|C64), whose elements no typed array/,
  'a size beyond 2⁵³ of an empty tensor': /has shape .*integers from 0 to 2⁵³ − 1/,
  'an entry written as a list': /has dtype missing/,
  'a dtype written as an object': /has dtype \{"[A-Z0-9_]+":null\}/,
}

function verdict(bytes: Uint8Array): true | DlError {
  try {
    decodeSafetensors(bytes)
    return true
  } catch (error) {
    if (DlError.is(error)) return error
    throw error
  }
}

describe('safetensors and the reference implementation', () => {
  it('agree on 4000 damaged files', () => {
    const found = new Map<string, number>()
    const disagreements: string[] = []
    for (const mutant of verdicts.mutants as Mutant[]) {
      const ours = verdict(apply(mutant))
      if ((ours === true) === (mutant[1] === 1)) continue
      const known =
        ours !== true &&
        Object.entries(DIFFERENCES).find(([, pattern]) => pattern.test(ours.message))?.[0]
      if (known) found.set(known, (found.get(known) ?? 0) + 1)
      else disagreements.push(`${JSON.stringify(mutant)}: ${ours === true ? 'accepted' : ours}`)
    }
    expect(disagreements).toEqual([])
    // each of them is met, so none is listed in vain
    expect([...found.keys()].toSorted()).toEqual(Object.keys(DIFFERENCES).toSorted())
    console.log(`differences: ${[...found].map(([what, count]) => `${what} ${count}`).join(', ')}`)
  })
})
