/** Values scaled by the number of inputs and outputs, so that signals neither fade nor explode. */
import { checkChoice, checkNumbers } from '../checks'
import { withDefaults } from '../options'
import { normal, uniform } from './distributions'
import { checkMatrix, type Initializer, sizeOf } from './initialize'

/** What follows a layer; each passes on another share of the signal. */
export type GainOf = 'linear' | 'sigmoid' | 'tanh' | 'relu' | 'leakyRelu' | 'selu'

export interface XavierOptions {
  /** A factor on all values (default 1); see `gain`. */
  gain?: number
}

export interface KaimingOptions {
  /** Whether forward signals (fanIn, the default) or gradients (fanOut) keep their size. */
  mode?: 'fanIn' | 'fanOut'
  /** What follows the layer (default 'leakyRelu', which with slope 0 is 'relu'). */
  nonlinearity?: GainOf
  /** The slope of a leaky ReLU below 0 (default 0). */
  slope?: number
}

/**
 * The factor that makes up for what an activation takes away: `torch.nn.init.calculate_gain`.
 *
 * @param slope of a leaky ReLU below 0
 *
 * @example
 * ```ts
 * import { gain } from '@dl/layers'
 *
 * gain('relu') === Math.SQRT2 // → true
 * ```
 */
export function gain(activation: GainOf, slope = 0.01): number {
  checkNumbers('gain', { slope })
  const gains: Record<GainOf, number> = {
    linear: 1,
    sigmoid: 1,
    tanh: 5 / 3,
    relu: Math.SQRT2,
    leakyRelu: Math.sqrt(2 / (1 + slope ** 2)),
    selu: 3 / 4,
  }
  checkChoice('gain', 'activation', activation, Object.keys(gains))
  return gains[activation]
}

/**
 * Uniform with variance 2 / (inputs + outputs) (Glorot and Bengio, 2010).
 *
 * @example
 * ```ts
 * import { gain, initialize, Linear, xavierUniform } from '@dl/layers'
 *
 * const layer = new Linear(4, 2)
 * initialize(layer.weight, xavierUniform({ gain: gain('tanh') }))
 * layer.dispose()
 * ```
 */
export const xavierUniform = (options: XavierOptions = {}): Initializer =>
  scaled('xavierUniform', uniformWith, xavierStd(options))

/**
 * Normal with variance 2 / (inputs + outputs) (Glorot and Bengio, 2010).
 *
 * @example
 * ```ts
 * import { initialize, Linear, xavierNormal } from '@dl/layers'
 *
 * const layer = new Linear(4, 2)
 * initialize(layer.weight, xavierNormal())
 * layer.dispose()
 * ```
 */
export const xavierNormal = (options: XavierOptions = {}): Initializer =>
  scaled('xavierNormal', std => normal({ std }), xavierStd(options))

/**
 * Uniform with variance gain² / inputs (He et al., 2015).
 *
 * @example
 * ```ts
 * import { initialize, kaimingUniform, Linear } from '@dl/layers'
 *
 * const layer = new Linear(4, 2)
 * initialize(layer.weight, kaimingUniform({ nonlinearity: 'relu' }))
 * layer.dispose()
 * ```
 */
export const kaimingUniform = (options: KaimingOptions = {}): Initializer =>
  scaled('kaimingUniform', uniformWith, kaimingStd(options))

/**
 * Normal with variance gain² / inputs (He et al., 2015).
 *
 * @example
 * ```ts
 * import { initialize, kaimingNormal, Linear } from '@dl/layers'
 *
 * const layer = new Linear(4, 2)
 * initialize(layer.weight, kaimingNormal({ mode: 'fanOut' }))
 * layer.dispose()
 * ```
 */
export const kaimingNormal = (options: KaimingOptions = {}): Initializer =>
  scaled('kaimingNormal', std => normal({ std }), kaimingStd(options))

type Std = (fanIn: number, fanOut: number) => number

function scaled(name: string, make: (std: number) => Initializer, std: Std): Initializer {
  return (shape, generator) => {
    checkMatrix(name, shape)
    const [outputs, inputs] = shape as [number, number]
    const field = sizeOf(shape.slice(2))
    return make(std(inputs * field, outputs * field))(shape, generator)
  }
}

function uniformWith(std: number): Initializer {
  const bound = Math.sqrt(3) * std
  return uniform({ low: -bound, high: bound })
}

function xavierStd(options: XavierOptions): Std {
  const { gain: factor } = withDefaults('xavier initialisation', options, { gain: 1 })
  checkNumbers('xavier initialisation', { gain: factor }, 'a number of at least 0', n => n >= 0)
  return (fanIn, fanOut) => factor * Math.sqrt(2 / (fanIn + fanOut))
}

function kaimingStd(options: KaimingOptions): Std {
  const name = 'kaiming initialisation'
  const { mode, nonlinearity, slope } = withDefaults(name, options, {
    mode: 'fanIn',
    nonlinearity: 'leakyRelu',
    slope: 0,
  })
  const factor = gain(nonlinearity, slope)
  checkChoice(name, 'mode', mode, ['fanIn', 'fanOut'])
  return (fanIn, fanOut) => factor / Math.sqrt(mode === 'fanIn' ? fanIn : fanOut)
}
