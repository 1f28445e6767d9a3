/** Taking nets apart: the children that make up the body, before pool and classifier. */
import { checkOptions, DlError, showValue } from '@dl/core'
import { type AnyModule, isModule, type Module } from '@dl/layers'

/** A net that knows where to be cut; the nets of this package do. */
export interface CuttableNet extends AnyModule {
  /** How many of its children make up the body. */
  readonly cut?: number
  /** How many of its children form the first of three layer groups. */
  readonly lrCut?: number
}

export interface CutOptions {
  /** How many children make up the body (default: what the net says). */
  cut?: number
  /** How many more to leave out (default 0). */
  xtraCut?: number
}

/**
 * The first children of a net, in order. They stay the net's own: weights are shared, not copied.
 *
 * @throws DlError `bad-option` for a net that does not say where to be cut, or a cut outside it
 *
 * @example
 * ```ts
 * import { AdaptiveAvgPool2d, Conv2d, Flatten, LogSoftmax, Sequential } from '@dl/layers'
 * import { bodyOf, resnet34 } from '@dl/vision'
 *
 * // the lesson's net for class activation maps
 * const net = resnet34({ widths: [2, 4, 8, 16], classes: 2 })
 * const head = [new Conv2d(16, 2, 3, { padding: 1 }), new AdaptiveAvgPool2d(), new Flatten()]
 * const model = new Sequential(...bodyOf(net), ...head, new LogSoftmax())
 * model.length // → 12
 * model.dispose()
 * net.dispose()
 * ```
 */
export function bodyOf(net: CuttableNet, options: CutOptions = {}): Module[] {
  checkNet('bodyOf', net)
  const { cut = net.cut, xtraCut = 0 } = checkOptions('bodyOf', options, ['cut', 'xtraCut'])
  const children = [...net.children()].map(([, child]) => child)
  const end = (cut ?? Number.NaN) - xtraCut
  if (cut !== undefined && Number.isInteger(end) && end > 0 && end <= children.length) {
    return children.slice(0, end)
  }
  throw new DlError('bad-option', {
    problem:
      cut === undefined
        ? `${net.constructor.name} does not say where to be cut`
        : `the cut ${cut} less ${xtraCut} is outside ${net.constructor.name}`,
    expected: `a cut that leaves 1 to ${children.length} of its children`,
  })
}

/** A function that makes nets is easily taken for a net. */
export function checkNet(owner: string, net: CuttableNet): void {
  if (isModule(net)) return
  const called = typeof net === 'function' ? (net as { name: string }).name : null
  throw new DlError('bad-option', {
    problem: `${owner} got ${showValue(net)}`,
    expected: 'a net',
    ...(called && { fix: `Call it: ${called}().` }),
  })
}

/** Frees what was cut off a net, which belongs to nobody now. */
export function disposeBehind(net: CuttableNet, body: AnyModule): void {
  const kept = new Set([...body.children()].map(([, child]) => child))
  for (const [, child] of net.children()) if (!kept.has(child)) child.dispose()
}
