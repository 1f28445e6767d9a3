/** Taking nets apart: the children that make up the body, before pool and classifier. */
import { DlError } from '@dl/core'
import type { AnyModule, Module } from '@dl/layers'

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
export function bodyOf(
  net: CuttableNet,
  { cut = net.cut, xtraCut = 0 }: CutOptions = {},
): Module[] {
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
