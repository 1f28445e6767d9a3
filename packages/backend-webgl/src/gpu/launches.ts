/** How many programs ran: what a step on a graphics card costs before any arithmetic. */
import { GPGPUContext } from '@tensorflow/tfjs-backend-webgl'

let launches = 0

export const launchCount = (): number => launches

export const countLaunch = (): void => {
  launches++
}

/** Counts tfjs's programs, too. */
export function countPrograms(): void {
  const execute = GPGPUContext.prototype.executeProgram
  GPGPUContext.prototype.executeProgram = function () {
    countLaunch()
    execute.call(this)
  }
}
