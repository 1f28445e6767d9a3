import { type Asked, flagsNow, type RunParts } from './run-state'

/** What the program asks for now. */
export function askedNow(
  { model, lo }: Pick<RunParts, 'model' | 'lo'>,
  options: Pick<Asked, 'epochs' | 'gradientAccumulation' | 'carryState'>,
): Asked {
  if (options.epochs > 0) lo.setPosition(0)
  const { baseLrs, wds, mom, beta, clip, clipValue } = lo
  return {
    ...options,
    lrs: [...baseLrs],
    wds: [...wds],
    momentum: mom,
    beta: beta ?? null,
    clip,
    clipValue,
    ...flagsNow(model, lo),
  }
}
