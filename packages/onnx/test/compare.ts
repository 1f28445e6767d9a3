/** A net and its exported file, run by onnxruntime, give the same. */
import { manualSeed } from '@dl/core'
import type { AnyModule } from '@dl/layers'
import { type OnnxOptions, toOnnx } from '@dl/onnx'
import { randomNormal, Tensor, type TensorInfo, tensor, tidy } from '@tensorflow/tfjs-core'
import * as ort from 'onnxruntime-node'
import { expect } from 'vitest'

export type Values = Record<string, Tensor>

/** Runs an exported file. What is returned is plain numbers by name. */
export async function runOnnx(
  bytes: Uint8Array,
  inputs: Values,
): Promise<Record<string, { shape: readonly number[]; data: number[] }>> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 })
  const feeds: Record<string, ort.Tensor> = {}
  for (const [name, value] of Object.entries(inputs)) {
    const type = value.dtype === 'int32' ? 'int32' : 'float32'
    feeds[name] = new ort.Tensor(type, (await value.data()) as Float32Array, value.shape)
  }
  const results = await session.run(feeds)
  await session.release()
  return Object.fromEntries(
    Object.entries(results).map(([name, { dims, data }]) => [
      name,
      { shape: dims, data: Array.from(data as Float32Array, Number) },
    ]),
  )
}

/** Random numbers of a shape, the same in each run. */
export const draw = (shape: number[], seed = 7): Tensor =>
  randomNormal(shape, 0, 1, 'float32', seed)

/** Integers below `below`. */
export function ids(shape: number[], below: number): Tensor {
  const size = shape.reduce((a, b) => a * b, 1)
  return tensor(
    Array.from({ length: size }, (_, i) => (i * 7 + 3) % below),
    shape,
    'int32',
  )
}

/**
 * Exports the model and compares each output, within 1e-5 of 1 or of the value. The model and the
 * inputs are disposed.
 */
export async function expectSame(
  model: AnyModule,
  options: OnnxOptions,
  inputs: Values,
  rename: Record<string, string> = {},
): Promise<Uint8Array> {
  const bytes = await toOnnx(model, options)
  model.eval()
  const forward = options.forward ?? ((all: Values) => model.call(...Object.values(all)))
  const outputs = tidy(() => forward(inputs))
  const named: Values = outputs instanceof Tensor ? { output: outputs } : outputs
  const results = await runOnnx(bytes, inputs)
  for (const [name, expected] of Object.entries(named)) {
    const got = results[rename[name] ?? name]!
    expect(got.shape).toEqual((expected as TensorInfo).shape)
    const values: number[] = Array.from(await expected.data())
    const off = values.map(
      (value, i) => Math.abs(value - got.data[i]!) / Math.max(1, Math.abs(value)),
    )
    const worst = Math.max(...off)
    expect(worst).toBeLessThan(1e-5)
  }
  for (const owner of [...Object.values(named), ...Object.values(inputs), model]) owner.dispose()
  return bytes
}

export const seeded = <T>(make: () => T): T => {
  manualSeed(1)
  return make()
}
