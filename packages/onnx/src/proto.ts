/**
 * The messages of onnx.proto that a model needs, written field by field:
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto gives the numbers.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** TensorProto.DataType */
export const FLOAT = 1
export const INT32 = 6
export const INT64 = 7
export const BOOL = 9

export interface OnnxTensor {
  name: string
  type: number
  shape: readonly number[]
  /** Little-endian, as it lies in memory here. */
  bytes: Uint8Array
}

export type Attribute = number | string | readonly number[] | readonly string[] | { float: number }

export interface OnnxNode {
  op: string
  name: string
  /** An empty name is an optional input left out. */
  inputs: readonly string[]
  outputs: readonly string[]
  /** Numbers are integers; floats are marked. */
  attributes: Record<string, Attribute>
}

export interface OnnxValue {
  name: string
  type: number
  /** A name stands for a dimension that is known only when the model runs. */
  shape: readonly (number | string)[]
}

export interface OnnxGraph {
  name: string
  nodes: readonly OnnxNode[]
  initializers: readonly OnnxTensor[]
  inputs: readonly OnnxValue[]
  outputs: readonly OnnxValue[]
}

type Write = (writer: BinaryWriter) => void

/** The bytes of a ModelProto. */
export function encodeModel(graph: OnnxGraph, opset: number): Uint8Array {
  const writer = new BinaryWriter()
  integer(writer, 1, irVersion(opset))
  text(writer, 2, '@dl/onnx')
  message(writer, 7, writer => {
    for (const node of graph.nodes) message(writer, 1, writer => writeNode(writer, node))
    text(writer, 2, graph.name)
    for (const one of graph.initializers) message(writer, 5, writer => writeTensor(writer, one))
    for (const one of graph.inputs) message(writer, 11, writer => writeValue(writer, one))
    for (const one of graph.outputs) message(writer, 12, writer => writeValue(writer, one))
  })
  message(writer, 8, writer => {
    text(writer, 1, '')
    integer(writer, 2, opset)
  })
  return writer.finish()
}

/** The format's version that came with a set of operators. */
const irVersion = (opset: number): number => (opset < 15 ? 7 : opset < 19 ? 8 : opset < 21 ? 9 : 10)

function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const name of node.inputs) text(writer, 1, name)
  for (const name of node.outputs) text(writer, 2, name)
  text(writer, 3, node.name)
  text(writer, 4, node.op)
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, writer => writeAttribute(writer, name, value))
  }
}

function writeAttribute(writer: BinaryWriter, name: string, value: Attribute): void {
  text(writer, 1, name)
  // the last field is AttributeProto.AttributeType
  if (typeof value === 'number') {
    integer(writer, 3, value)
    integer(writer, 20, 2)
  } else if (typeof value === 'string') {
    text(writer, 4, value)
    integer(writer, 20, 3)
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float)
    integer(writer, 20, 1)
  } else if (typeof value[0] === 'string') {
    for (const one of value) text(writer, 9, one as string)
    integer(writer, 20, 8)
  } else {
    for (const one of value) integer(writer, 8, one as number)
    integer(writer, 20, 7)
  }
}

function writeTensor(writer: BinaryWriter, { name, type, shape, bytes }: OnnxTensor): void {
  for (const size of shape) integer(writer, 1, size)
  integer(writer, 2, type)
  text(writer, 8, name)
  writer.tag(9, WireType.LengthDelimited).bytes(bytes)
}

function writeValue(writer: BinaryWriter, { name, type, shape }: OnnxValue): void {
  text(writer, 1, name)
  message(writer, 2, writer =>
    message(writer, 1, writer => {
      integer(writer, 1, type)
      message(writer, 2, writer => {
        for (const size of shape) {
          message(writer, 1, writer => {
            if (typeof size === 'number') integer(writer, 1, size)
            else text(writer, 2, size)
          })
        }
      })
    }),
  )
}

function message(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}

const integer = (writer: BinaryWriter, field: number, value: number) =>
  writer.tag(field, WireType.Varint).int64(value)

const text = (writer: BinaryWriter, field: number, value: string) =>
  writer.tag(field, WireType.LengthDelimited).string(value)
