/**
 * Fused operations. Each is one kernel (with, usually, one gradient kernel) instead of dozens of
 * small ones, since what an RNN step costs is launches. Where the active backend has no kernel of
 * that name, the composed implementation is registered as this backend's kernel on first use, so
 * every operation runs everywhere; backend packages register faster ones before.
 *
 * tfjs offers no such thing: `runKernel` throws where nothing is registered, and `customGrad`
 * allows one output only.
 */
import {
  engine,
  getBackend,
  getKernel,
  registerGradient,
  registerKernel,
  type Tensor,
  tidy,
} from '@tensorflow/tfjs-core'
import { shared } from '../shared'

/** Inputs by name. An absent optional input is an omitted key, never undefined. */
export type TensorInputs = Record<string, Tensor>
// biome-ignore lint/suspicious/noExplicitAny: attributes are as free as tfjs's own
export type Attrs = Record<string, any>

export interface FusedKernel<A extends Attrs = Attrs> {
  /** The kernel's name in tfjs's registry, `DlLstm`. */
  name: string
  /** The implementation out of tfjs ops, for backends without a kernel of their own. */
  composed(inputs: TensorInputs, attrs: A): Tensor[]
  gradient?: FusedGradient<A>
}

export interface FusedGradient<A extends Attrs = Attrs> {
  /** Names of the inputs that `grads` needs; those not passed in a call must not be listed. */
  inputsToSave: string[]
  /** Which outputs `grads` needs. */
  outputsToSave?: boolean[]
  /**
   * A closure per input. `dys` has one entry per output, `ABSENT` where nothing used it; `saved`
   * the saved inputs, then the saved outputs.
   */
  grads(dys: Tensor[], saved: Tensor[], attrs: A): Record<string, () => Tensor>
}

/** How a fused operation runs on the active backend. */
export interface FusedOpStatus {
  op: string
  implementation: 'fused' | 'composed'
}

/** Kernel name → the backends on which the composed implementation stands in. */
const fusedKernels = shared('fusedKernels', new Map<string, Set<string>>())

/** Makes the function that runs a kernel, and registers its gradient. */
export function defineFusedKernel<A extends Attrs>(
  kernel: FusedKernel<A>,
): (inputs: TensorInputs, attrs: A) => Tensor[] {
  const { name, composed, gradient } = kernel
  if (gradient) {
    registerGradient({
      kernelName: name,
      inputsToSave: gradient.inputsToSave,
      outputsToSave: gradient.outputsToSave ?? [],
      gradFunc: (dy, saved, attrs) =>
        gradient.grads(Array.isArray(dy) ? dy : [dy], saved, attrs as unknown as A),
    })
  }
  fusedKernels.current.set(name, new Set())
  return (inputs, attrs) => {
    const backendName = activeBackend()
    if (getKernel(name, backendName) == null) {
      fusedKernels.current.get(name)!.add(backendName)
      registerKernel({
        kernelName: name,
        backendName,
        kernelFunc: call =>
          tidy(() => composed(call.inputs as TensorInputs, call.attrs as unknown as A)),
      })
    }
    const outputs = engine().runKernel(name, inputs, attrs) as Tensor | Tensor[]
    return Array.isArray(outputs) ? outputs : [outputs]
  }
}

/**
 * Which fused operations have a kernel of their own on the active backend.
 *
 * @example
 * ```ts
 * import { opInfo } from '@dl/core'
 *
 * opInfo().some(({ op }) => op === 'DlLstm') // → true
 * ```
 */
export function opInfo(): FusedOpStatus[] {
  const backendName = activeBackend()
  return [...fusedKernels.current].map(([op, composedOn]) => ({
    op,
    implementation:
      getKernel(op, backendName) == null || composedOn.has(backendName) ? 'composed' : 'fused',
  }))
}

/** The active backend's name; the engine chooses one on first use, which reading `backend` brings about. */
function activeBackend(): string {
  return getBackend() || (engine().backend && getBackend())
}
