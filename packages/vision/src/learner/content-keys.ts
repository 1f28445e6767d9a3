/** Names for weights and pictures by what they hold: something else never has the same name. */
import { files } from '@dl/data'
import type { Module } from '@dl/layers'
import type { Tensor } from '@tensorflow/tfjs-core'
import { bytesOf } from './rows'

/** Hexadecimal digits of a SHA-256 sum over structure, names, shapes and values of a module. */
export async function keyOfModule(module: Module): Promise<string> {
  const sum = files.sha256()
  const text = new TextEncoder()
  sum.update(text.encode(String(module)))
  for (const [name, { value }] of [...module.namedParameters(), ...module.namedBuffers()]) {
    sum.update(text.encode(`\n${name} ${value.dtype} ${value.shape.join(' ')}\n`))
    sum.update(bytesOf(await value.data()))
  }
  return sum.digest()
}

/** A sum for each item of a batch: over its rows in all inputs. */
export async function keysOfItems(inputs: readonly Tensor[]): Promise<string[]> {
  const columns = await Promise.all(
    inputs.map(async input => {
      const bytes = bytesOf(await input.data())
      const header = `${input.dtype} ${input.shape.slice(1).join(' ')}\n`
      return { bytes, header: new TextEncoder().encode(header) }
    }),
  )
  const items = inputs[0]!.shape[0]!
  return Promise.all(
    Array.from({ length: items }, (_, i) => {
      const sum = files.sha256()
      for (const { bytes, header } of columns) {
        const size = bytes.length / items
        sum.update(header)
        sum.update(bytes.subarray(i * size, (i + 1) * size))
      }
      return sum.digest()
    }),
  )
}
