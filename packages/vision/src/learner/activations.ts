/**
 * What a frozen body makes of pictures, each computed once. Weights and pictures are known by what
 * they hold, so a changed one is computed anew; fast.ai went by the model's name and size alone.
 */
import { DlError } from '@dl/core'
import {
  type DataLoader,
  type Dataset,
  disposeBatch,
  type Example,
  files,
  readSafetensors,
  type StoredTensor,
  type Values,
  writeSafetensors,
} from '@dl/data'
import type { Module } from '@dl/layers'
import type { Tensor } from '@tensorflow/tfjs-core'
import { keyOfModule, keysOfItems } from './content-keys'
import { joinBytes, rowsOf, splitRows } from './rows'

/** A loader's items with activations for inputs, and how many of them it had in a batch. */
export interface ActivationSet {
  items: Dataset<Example<Values>>
  bs: number
}

/** The activations of one body with one set of weights. */
export class Activations {
  readonly #rows = new Map<string, Values>()

  private constructor(
    private readonly body: Module,
    /** The sum of the body's weights. */
    readonly key: string,
    private readonly file: string | null,
  ) {}

  /** @param folder where activations are kept beyond this process; null keeps them in memory only */
  static async of(body: Module, folder: string | null): Promise<Activations> {
    const key = await keyOfModule(body)
    const file = folder && files.join(folder, `activations-${key.slice(0, 16)}.safetensors`)
    const activations = new Activations(body, key, file)
    if (file && (await files.exists(file))) await activations.#read(file)
    return activations
  }

  /** Goes through a loader once; only what was not met before is computed. */
  async set(loader: DataLoader): Promise<ActivationSet> {
    const known = this.#rows.size
    const items: Example<Values>[] = []
    let bs = 0
    this.body.eval()
    for await (const batch of loader) {
      try {
        const rows = await this.#rowsOf(batch.inputs)
        const targets = await rowsOf(batch.target)
        rows.forEach((row, i) => {
          items.push({ inputs: [row], target: targets[i]! })
        })
        bs = Math.max(bs, rows.length)
      } finally {
        disposeBatch(batch)
      }
    }
    if (items.length === 0) {
      throw new DlError('empty-loader', {
        problem: 'a loader to precompute activations of yielded nothing',
        expected: 'at least one batch',
      })
    }
    if (this.file && this.#rows.size > known) await this.#write(this.file)
    return { bs, items: { length: items.length, get: index => items[index]! } }
  }

  async #rowsOf(inputs: readonly Tensor[]): Promise<Values[]> {
    const keys = await keysOfItems(inputs)
    if (keys.some(key => !this.#rows.has(key))) {
      const output = this.body.call(...(inputs as [Tensor]))
      try {
        const rows = await rowsOf(output)
        keys.forEach((key, i) => {
          if (!this.#rows.has(key)) this.#rows.set(key, rows[i]!)
        })
      } finally {
        output.dispose()
      }
    }
    return keys.map(key => this.#rows.get(key)!)
  }

  async #read(file: string): Promise<void> {
    const { tensors, metadata } = await readSafetensors(file)
    const { keys, rows } = tensors
    // the name holds but the beginning of the key
    if (metadata.body !== this.key || keys?.dtype !== 'U8' || rows?.dtype !== 'F32') return
    const names = splitRows(keys.data, keys.shape).map(({ data }) =>
      new TextDecoder().decode(data as Uint8Array),
    )
    splitRows(rows.data, rows.shape).forEach((row, i) => {
      this.#rows.set(names[i]!, row)
    })
  }

  async #write(file: string): Promise<void> {
    const keys = [...this.#rows.keys()].join('')
    const rows = [...this.#rows.values()]
    const count = rows.length
    const values = new Float32Array(joinBytes(rows.map(({ data }) => data)).buffer)
    const stored: Record<string, StoredTensor> = {
      keys: {
        dtype: 'U8',
        shape: [count, keys.length / count],
        data: new TextEncoder().encode(keys),
      },
      rows: { dtype: 'F32', shape: [count, ...rows[0]!.shape], data: values },
    }
    await writeSafetensors(file, stored, { body: this.key })
  }
}
