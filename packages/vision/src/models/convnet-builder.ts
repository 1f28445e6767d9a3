/** A body that was trained on other pictures and a new head for these: fast.ai's ConvnetBuilder. */
import { checkOptions, DlError } from '@dl/core'
import {
  AdaptiveConcatPool2d,
  type AnyModule,
  Flatten,
  type Module,
  type Recipe,
  recipeOf,
  Sequential,
  withRecipe,
} from '@dl/layers'
import { bodyOf, type CutOptions, type CuttableNet, checkNet, disposeBehind } from './cut'
import { type HeadOptions, headOf } from './head'

export interface ConvnetOptions extends HeadOptions, CutOptions {
  /** How many children form the first layer group (default: what the net says, or half the body). */
  lrCut?: number
  /** Channels that the body gives out (default: read off its last layer). */
  features?: number
  /** In place of pooling and head: a module from the body's maps to outputs. */
  customHead?: Module
}

/** A net in one piece, and the same modules in parts. */
export interface Convnet {
  /** Everything one behind the other, as fast.ai names it: 0, 1, … */
  model: Sequential
  /** Up to the pooled features [N, 2 · channels], or to maps where there is a head of one's own. */
  body: Sequential
  head: Sequential
  /** The body's early layers, its later ones, the head. */
  layerGroups: Module[][]
}

/**
 * Puts pooling by maximum and mean and a new head on the body of a net. The modules of the body stay
 * the net's own; dispose `model` and, for what was cut off, the net.
 *
 * @throws DlError `bad-option`
 *
 * @example
 * ```ts
 * import { convnetBuilder, resnet18 } from '@dl/vision'
 *
 * const net = resnet18({ widths: [2, 4, 8, 16], classes: 0 })
 * const { model, layerGroups } = convnetBuilder(net, { classes: 2, xtraFc: [10] })
 * layerGroups.map(group => group.length).join() // → 6,4,8
 * String(model[10]) // → BatchNorm1d(32)
 * model.dispose()
 * ```
 */
export function convnetBuilder(net: CuttableNet, options: ConvnetOptions): Convnet {
  checkNet('convnetBuilder', net)
  checkOptions('convnetBuilder', options, OPTIONS)
  const { customHead, cut, xtraCut } = options
  if (customHead !== undefined) checkNet('customHead', customHead)
  const layers = bodyOf(net, { cut, xtraCut })
  const lrCut = options.lrCut ?? net.lrCut ?? Math.floor(layers.length / 2)
  if (!(Number.isInteger(lrCut) && lrCut >= 0 && lrCut <= layers.length)) {
    throw new DlError('bad-option', {
      problem: `lrCut is ${lrCut}`,
      expected: `an integer from 0 to ${layers.length}, the children of the body`,
    })
  }
  const pooling = customHead ? [] : [new AdaptiveConcatPool2d(), new Flatten()]
  const { features = customHead ? 0 : lastChannels(layers) } = options
  const head = customHead ? [customHead] : headOf(2 * features, options)
  const body = [...layers, ...pooling]
  return {
    model: described(new Sequential(...body, ...head), net, options),
    body: new Sequential(...body),
    head: new Sequential(...head),
    layerGroups: [body.slice(0, lrCut), body.slice(lrCut), head],
  }
}

const OPTIONS = [
  'classes',
  'xtraFc',
  'ps',
  'isMulti',
  'isReg',
  'cut',
  'xtraCut',
  'lrCut',
  'features',
  'customHead',
] as const

/** With a recipe, where net and head have one. */
function described(model: Sequential, net: CuttableNet, options: ConvnetOptions): Sequential {
  const { customHead, ...others } = options
  const [recipe, head] = [recipeOf(net), customHead && recipeOf(customHead)]
  if (recipe === null || head === null) return model
  const all = { ...others, net: recipe, ...(head && { customHead: head }) }
  return withRecipe(model, { name: 'convnet', options: all })
}

/** Builds what {@link convnetBuilder} built, out of its recipe. */
export function convnetFrom(
  { net: recipe, customHead, ...options }: { net: Recipe; customHead?: Recipe } & ConvnetOptions,
  build: (recipe: unknown) => AnyModule,
): Module {
  const net = build(recipe) as CuttableNet
  const head = customHead && { customHead: build(customHead) as Module }
  try {
    const { model, body } = convnetBuilder(net, { ...options, ...head })
    disposeBehind(net, body)
    return model
  } catch (error) {
    net.dispose()
    head?.customHead.dispose()
    throw error
  }
}

/** What the last layer that has channels gives out. */
function lastChannels(layers: readonly Module[]): number {
  const parts = layers.flatMap(layer => [...layer.namedModules()].map(([, module]) => module))
  const sizes = parts.map(part => {
    const { features, outputs } = part as { features?: unknown; outputs?: unknown }
    return features ?? outputs
  })
  const last = sizes.findLast(size => typeof size === 'number')
  if (typeof last === 'number') return last
  throw new DlError('bad-option', {
    problem: 'no layer of the body says how many channels it gives out',
    expected: 'features among the options',
  })
}
