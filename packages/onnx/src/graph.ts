/**
 * The graph under construction. Maps are [N, H, W, C] here and [N, C, H, W] in ONNX, whose layout
 * they keep from a convolution on until something needs ours: so a net of convolutions has one
 * transposition at its beginning and none between.
 */
import { DlError, showShape } from '@dl/core'
import type { DataType } from '@tensorflow/tfjs-core'
import { type Dim, showDim } from './dims'
import { permuted } from './permuted'
import {
  type Attribute,
  BOOL,
  FLOAT,
  INT32,
  INT64,
  type OnnxNode,
  type OnnxTensor,
  type OnnxValue,
} from './proto'
import type { Operand, TracedConstant, TracedValue } from './trace'

/** A constant's values, and what it was in the trace at other sizes. */
export interface ConstantValues {
  name: string | null
  data: ArrayLike<number>
  other: { shape: readonly number[]; data: ArrayLike<number> }
  dims: Dim[]
}

type Names = { plain?: string; maps?: string }
type Attributes = Record<string, Attribute>

export const TO_MAPS = [0, 3, 1, 2] as const
export const FROM_MAPS = [0, 2, 3, 1] as const

const TYPES: Partial<Record<DataType, number>> = { float32: FLOAT, int32: INT32, bool: BOOL }

export const typeOf = (dtype: DataType): number => {
  const type = TYPES[dtype]
  if (type !== undefined) return type
  throw new DlError('not-exportable', {
    problem: `the net computes with ${dtype} tensors`,
    expected: 'float32, int32 and bool',
  })
}

export class Graph {
  readonly nodes: OnnxNode[] = []
  readonly initializers: OnnxTensor[] = []
  readonly inputs: OnnxValue[] = []
  /** The path of the module whose operations are being added. */
  scope = ''
  readonly #names = new Map<number, Names>()
  readonly #taken = new Set<string>()
  readonly #known = new Map<string, string>()
  readonly #expanded = new Map<TracedConstant, string>()
  /** Where each named dimension is read off. */
  readonly #sources = new Map<string, { input: string; axis: number }>()

  constructor(
    readonly opset: number,
    private readonly dimsById: ReadonlyMap<number, Dim[]>,
    private readonly constants: ReadonlyMap<TracedConstant, ConstantValues>,
  ) {}

  /** The dimensions of what depends on the inputs. */
  dims({ id }: TracedValue): Dim[] {
    return this.dimsById.get(id)!
  }

  input(name: string, value: TracedValue): void {
    this.#taken.add(name)
    const shape = this.dims(value).map(showDim)
    this.inputs.push({ name, type: typeOf(value.dtype), shape })
    this.#names.set(value.id, { plain: name })
    shape.forEach((dim, axis) => {
      if (typeof dim === 'number' || this.#sources.has(dim)) return
      this.#sources.set(dim, { input: name, axis })
    })
  }

  /** Keeps `name` for an output. */
  reserve(name: string): void {
    this.#taken.add(name)
  }

  /** Adds an operation; an empty name among `inputs` is one left out. */
  add(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.addMany(op, inputs, attributes, 1)[0]!
  }

  addMany(
    op: string,
    inputs: readonly string[],
    attributes: Attributes,
    outputs: number,
  ): string[] {
    const name = this.#unique(this.scope === '' ? op : `${this.scope}/${op}`)
    const names = Array.from({ length: outputs }, (_, i) =>
      i === 0 ? name : this.#unique(`${name}.${i}`),
    )
    this.nodes.push({ op, name, inputs, outputs: names, attributes })
    return names
  }

  setPlain(value: TracedValue, name: string): void {
    this.#names.set(value.id, { plain: name })
  }

  setMaps(value: TracedValue, name: string): void {
    this.#names.set(value.id, { maps: name })
  }

  /** Whether there is only [N, C, H, W] of it so far. */
  isInMaps(operand: Operand): boolean {
    if (operand.kind === 'constant') return false
    const { plain, maps } = this.#names.get(operand.id)!
    return maps !== undefined && plain === undefined
  }

  /** Its name in our layout. */
  plain(operand: Operand): string {
    if (operand.kind === 'constant') return this.weight(operand)
    const names = this.#names.get(operand.id)!
    names.plain ??= this.add('Transpose', [names.maps!], { perm: FROM_MAPS })
    return names.plain
  }

  /** The name of [N, H, W, C] as [N, C, H, W]. */
  maps(operand: Operand): string {
    if (operand.kind === 'constant') return this.transposed(operand, TO_MAPS)
    const names = this.#names.get(operand.id)!
    names.maps ??= this.add('Transpose', [names.plain!], { perm: TO_MAPS })
    return names.maps
  }

  /** Its name with the axes in this order, then as `shape`; of a constant other values are stored. */
  transposed(operand: Operand, perm: readonly number[], shape?: readonly number[]): string {
    const varies = operand.kind === 'constant' && !this.#isFixed(operand)
    if (operand.kind === 'value' || varies) {
      const turned = this.add('Transpose', [this.plain(operand)], { perm })
      return shape ? this.add('Reshape', [turned, this.integers(shape)]) : turned
    }
    const { data, name } = this.#values(operand)
    const own = shape ?? perm.map(axis => operand.shape[axis]!)
    return this.store(permuted(data, operand.shape, perm), own, operand.dtype, name)
  }

  /** A constant under another shape of as many values. */
  weight(constant: TracedConstant, shape: readonly number[] = constant.shape): string {
    const { data, name } = this.#values(constant)
    if (this.#isFixed(constant)) return this.store(data, shape, constant.dtype, name)
    return this.#ofManySizes(constant)
  }

  /** A constant's numbers; null of what depends on the inputs, or on sizes that are open. */
  numbers(operand: Operand): ArrayLike<number> | null {
    if (operand.kind === 'value' || !this.#isFixed(operand)) return null
    return this.#values(operand).data
  }

  /** Whether it is zeros, of whichever size. */
  isZero(operand: Operand): boolean {
    if (operand.kind === 'value') return false
    return Array.prototype.every.call(this.#values(operand).data, n => n === 0)
  }

  /** An initializer; equal ones are stored once. */
  store(
    data: ArrayLike<number>,
    shape: readonly number[],
    dtype: DataType,
    name: string | null = null,
  ): string {
    const type = typeOf(dtype)
    return this.#initializer(bytesOf(data, type), shape, type, name)
  }

  scalar(value: number, dtype: DataType = 'float32'): string {
    return this.store([value], [], dtype)
  }

  /** A list of int64, as ONNX wants shapes, axes and places. */
  integers(values: readonly number[], shape: readonly number[] = [values.length]): string {
    const bytes = new Uint8Array(BigInt64Array.from(values, BigInt).buffer)
    return this.#initializer(bytes, shape, INT64, null)
  }

  /** The list of these dimensions; one that is open may be -1, where `reshape` works it out. */
  shape(dims: readonly Dim[], { reshape = false } = {}): string {
    const open = dims.filter(dim => typeof dim !== 'number')
    if (open.length === 0) return this.integers(dims as number[])
    if (open.includes(null)) this.refuse('a shape', 'sizes that are multiples of named dimensions')
    if (reshape && open.length === 1 && !dims.includes(0)) {
      return this.integers(dims.map(dim => (typeof dim === 'number' ? dim : -1)))
    }
    const parts = dims.map(dim => {
      if (typeof dim === 'number') return this.integers([dim])
      const factors = dim!.names.map(name => this.#size(name))
      const all = dim!.times === 1 ? factors : [...factors, this.integers([dim!.times])]
      return all.reduce((product, factor) => this.add('Mul', [product, factor]))
    })
    return this.add('Concat', parts, { axis: 0 })
  }

  refuse(what: string, expected: string): never {
    const where = this.scope === '' ? 'the model' : this.scope
    throw new DlError('not-exportable', {
      problem: `${where} computes ${what} in a way that no ONNX file can hold`,
      expected,
      fix: 'Export with numbers in place of the named dimensions.',
    })
  }

  #size(name: string): string {
    const { input, axis } = this.#sources.get(name)!
    const key = `size of ${name}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const made = this.add('Gather', [this.add('Shape', [input]), this.integers([axis])])
    this.#known.set(key, made)
    return made
  }

  #values(constant: TracedConstant): ConstantValues {
    return this.constants.get(constant)!
  }

  #isFixed(constant: TracedConstant): boolean {
    return this.#values(constant).dims.every(dim => typeof dim === 'number')
  }

  /** Zeros for a state, say, as many as there are items in the batch. */
  #ofManySizes(constant: TracedConstant): string {
    const known = this.#expanded.get(constant)
    if (known !== undefined) return known
    const { data, other, dims } = this.#values(constant)
    const first = data[0] ?? 0
    const isUniform = [data, other.data].every(all =>
      Array.prototype.every.call(all, n => n === first),
    )
    if (!isUniform) {
      const sizes = `${showShape(constant.shape)} and ${showShape(other.shape)}`
      this.refuse(`constants of ${sizes}`, 'constants that do not depend on open sizes')
    }
    const scalar = this.scalar(first, constant.dtype)
    const name = this.add('Expand', [scalar, this.shape(dims)])
    this.#expanded.set(constant, name)
    return name
  }

  #initializer(
    bytes: Uint8Array,
    shape: readonly number[],
    type: number,
    wanted: string | null,
  ): string {
    const key = wanted === null && bytes.length <= 256 ? `${type} ${shape} ${bytes}` : null
    const found = key === null ? undefined : this.#known.get(key)
    if (found !== undefined) return found
    const label = wanted ?? (this.scope === '' ? 'constant' : `${this.scope}/constant`)
    const name = this.#unique(label)
    this.initializers.push({ name, type, shape, bytes })
    if (key !== null) this.#known.set(key, name)
    return name
  }

  #unique(name: string): string {
    let free = name
    for (let i = 1; this.#taken.has(free); i++) free = `${name}_${i}`
    this.#taken.add(free)
    return free
  }
}

function bytesOf(data: ArrayLike<number>, type: number): Uint8Array {
  if (type === BOOL) return Uint8Array.from(data)
  const array = type === FLOAT ? Float32Array.from(data) : Int32Array.from(data)
  return new Uint8Array(array.buffer)
}
