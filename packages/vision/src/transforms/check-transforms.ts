import { showValue } from '@dl/core'
import { badOption } from './checks'
import type { ImageTransform } from './transform'

/** Complains about what is no list of transforms. */
export function checkTransforms(
  owner: string,
  name: string,
  transforms: readonly ImageTransform[],
): void {
  const isList = Array.isArray(transforms)
  const odd = isList ? transforms.findIndex(one => typeof one?.draw !== 'function') : 0
  if (isList && odd < 0) return
  badOption(
    owner,
    isList ? `${name}[${odd}] ${showValue(transforms[odd])}` : `${name} ${showValue(transforms)}`,
    'a list of transforms: [randomFlip()]',
  )
}
