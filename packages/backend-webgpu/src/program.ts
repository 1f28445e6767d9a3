/**
 * Compute programs of our own. tfjs's have one output and know the shape of everything; these have
 * any number of buffers that they read and write, and sizes they are given.
 */
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { util } from '@tensorflow/tfjs-core'
import type { TrainingWebGPU } from './backend'

/** A tensor as a program sees it. */
export interface Bound {
  tensor: TensorInfo
  /** Whether the program writes it. */
  writes?: boolean
  /** What its elements are (default what its dtype says). */
  type?: 'f32' | 'i32' | 'u32'
}

export interface Program {
  /** Names the compiled program: everything that `code` depends on. */
  key: string
  /** By the names that the code uses, at most 8 of them. */
  buffers: Record<string, Bound | TensorInfo>
  /** Whole numbers, `u32` fields of `sizes`. */
  sizes?: Record<string, number>
  /** Other numbers, `f32` fields of `sizes`. */
  rates?: Record<string, number>
  /**
   * WGSL: functions, and `main` over `at: u32`, the number of the thread, or in groups over
   * `group: u32` and `lane: u32`.
   */
  code: string
  /** How many threads there are to run; or, with `lanes`, how many groups. */
  count: number
  /** Threads of a group that share memory; without it threads stand alone. */
  lanes?: number
}

/** Threads of a group where they do not share anything. */
const ALONE = 64
/** Groups along one dimension that every device has. */
const MOST_GROUPS = 65535

/** Queues a program; nothing waits for it. */
export function launch(backend: TrainingWebGPU, program: Program): void {
  const { buffers, sizes = {}, rates = {}, count, lanes } = program
  if (count === 0) return
  const bound = Object.values(buffers).map(one => ('tensor' in one ? one : { tensor: one }))
  const { internals } = backend
  for (const { tensor } of bound) {
    backend.uploadToGPU(tensor.dataId)
    internals.commandQueueOwnedIds.add(tensor.dataId)
  }
  const pipeline = compiled(backend, program, bound)
  const resources: GPUBindingResource[] = bound.map(({ tensor }) => ({
    buffer: backend.tensorMap.get(tensor.dataId).resource as GPUBuffer,
  }))
  const fields = [
    { type: 'uint32', data: [count] },
    ...Object.values(sizes).map(value => ({ type: 'uint32', data: [value] })),
    ...Object.values(rates).map(value => ({ type: 'float32', data: [value] })),
  ]
  resources.push(internals.makeUniforms(fields))
  const bindGroup = backend.device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: resources.map((resource, binding) => ({ binding, resource })),
  })
  backend.ensureCommandEncoderReady()
  internals.computePassEncoder ??= internals.commandEncoder.beginComputePass()
  const pass = internals.computePassEncoder
  pass.setPipeline(pipeline)
  pass.setBindGroup(0, bindGroup)
  const groups = lanes ? count : Math.ceil(count / ALONE)
  const across = Math.min(groups, MOST_GROUPS)
  pass.dispatchWorkgroups(across, Math.ceil(groups / across))
  backend.launches++
  internals.dispatchCountInPass++
  if (internals.dispatchCountInPass >= BATCH) {
    backend.endComputePassEncoder()
    backend.submitQueue()
  }
}

/** Dispatches that go to the device together, as tfjs's flag WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE has it. */
const BATCH = 15

function compiled(backend: TrainingWebGPU, program: Program, bound: Bound[]): GPUComputePipeline {
  const known = backend.pipelines.get(program.key)
  if (known) return known
  const module = backend.device.createShaderModule({ code: source(program, bound) })
  const pipeline = backend.device.createComputePipeline({
    layout: 'auto',
    compute: { module, entryPoint: 'start' },
  })
  backend.pipelines.set(program.key, pipeline)
  return pipeline
}

const elementOf = ({ tensor, type }: Bound): string =>
  type ?? (tensor.dtype === 'float32' ? 'f32' : 'i32')

function source({ buffers, sizes = {}, rates = {}, code, lanes }: Program, bound: Bound[]): string {
  const names = Object.keys(buffers)
  const declared = bound.map(
    (one, i) =>
      `@group(0) @binding(${i}) var<storage, ${one.writes ? 'read_write' : 'read'}> ${names[i]}: array<${elementOf(one)}>;`,
  )
  const fields = [
    'count: u32',
    ...Object.keys(sizes).map(name => `${name}: u32`),
    ...Object.keys(rates).map(name => `${name}: f32`),
  ]
  return `
    struct Sizes { ${fields.join(', ')} }
    ${declared.join('\n')}
    @group(0) @binding(${bound.length}) var<uniform> sizes: Sizes;
    ${code}
    @compute @workgroup_size(${lanes ?? ALONE})
    fn start(
      @builtin(workgroup_id) workgroup: vec3<u32>,
      @builtin(num_workgroups) workgroups: vec3<u32>,
      @builtin(local_invocation_index) lane: u32,
    ) {
      let group = workgroup.y * workgroups.x + workgroup.x;
      ${
        lanes
          ? 'if (group < sizes.count) { main(group, lane); }'
          : `let at = group * ${ALONE}u + lane;
      if (at < sizes.count) { main(at); }`
      }
    }
  `
}

/** Copies floats between tensors, or zeros into one, without a launch. */
export function copyFloats(
  backend: TrainingWebGPU,
  from: { tensor: TensorInfo; at?: number } | null,
  to: { tensor: TensorInfo; at?: number },
  count: number,
): void {
  if (count === 0) return
  const { internals } = backend
  const bufferOf = ({ dataId }: TensorInfo) => {
    backend.uploadToGPU(dataId)
    internals.commandQueueOwnedIds.add(dataId)
    return backend.tensorMap.get(dataId).resource as GPUBuffer
  }
  const target = bufferOf(to.tensor)
  const origin = from && bufferOf(from.tensor)
  backend.ensureCommandEncoderReady()
  backend.endComputePassEncoder()
  const encoder = internals.commandEncoder
  const place = 4 * (to.at ?? 0)
  if (origin === null) encoder.clearBuffer(target, place, 4 * count)
  else encoder.copyBufferToBuffer(origin, 4 * (from!.at ?? 0), target, place, 4 * count)
}

export const sizeOf = ({ shape }: TensorInfo): number => util.sizeFromShape(shape)
