/**
 * The messages of TensorFlow's event.proto, summary.proto and tensor.proto that a curve needs, written
 * field by field.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire'

/** Seconds since 1970, and the batches until then. */
export interface When {
  time: number
  step: number
}

type Write = (writer: BinaryWriter) => void

const DT_STRING = 7
const DATA_CLASS_TENSOR = 2
const SESSION_START = 1

/** The first of a file. */
export const versionEvent = (time: number): Uint8Array =>
  event({ time, step: 0 }, writer => text(writer, 3, 'brain.Event:2'))

/** Says that what other files of the run have from this step on is void. */
export const startEvent = (when: When): Uint8Array =>
  event(when, writer => message(writer, 7, writer => integer(writer, 1, SESSION_START)))

export const scalarEvent = (when: When, values: Readonly<Record<string, number>>): Uint8Array =>
  summary(when, values, (writer, value) => writer.tag(2, WireType.Bit32).float(value))

/** Markdown for the tab of texts. */
export const textEvent = (when: When, texts: Readonly<Record<string, string>>): Uint8Array =>
  summary(when, texts, (writer, value) => {
    message(writer, 8, writer => {
      integer(writer, 1, DT_STRING)
      // one axis of one
      message(writer, 2, writer => message(writer, 2, writer => integer(writer, 1, 1)))
      text(writer, 8, value)
    })
    message(writer, 9, writer => {
      message(writer, 1, writer => text(writer, 1, 'text'))
      integer(writer, 4, DATA_CLASS_TENSOR)
    })
  })

function summary<T>(
  when: When,
  values: Readonly<Record<string, T>>,
  write: (writer: BinaryWriter, value: T) => void,
): Uint8Array {
  return event(when, writer =>
    message(writer, 5, writer => {
      for (const [tag, value] of Object.entries(values)) {
        message(writer, 1, writer => {
          text(writer, 1, tag)
          write(writer, value)
        })
      }
    }),
  )
}

function event({ time, step }: When, write: Write): Uint8Array {
  const writer = new BinaryWriter()
  writer.tag(1, WireType.Bit64).double(time)
  writer.tag(2, WireType.Varint).int64(step)
  write(writer)
  return writer.finish()
}

const text = (writer: BinaryWriter, field: number, value: string) =>
  writer.tag(field, WireType.LengthDelimited).string(value)

const integer = (writer: BinaryWriter, field: number, value: number) =>
  writer.tag(field, WireType.Varint).int32(value)

function message(writer: BinaryWriter, field: number, write: Write): void {
  writer.tag(field, WireType.LengthDelimited).fork()
  write(writer)
  writer.join()
}
