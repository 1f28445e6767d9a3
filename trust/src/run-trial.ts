import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Generator } from '@dl/core'
import type { Outcome, Trial } from './trial'

/** One trial in a folder of its own; what it throws is a failure of its own, too. */
export async function runTrial(trial: Trial, tries: number, seed: number): Promise<Outcome> {
  const folder = await mkdtemp(join(tmpdir(), `dl-trust-${trial.name}-`))
  try {
    const random = new Generator(seed)
    return await trial.run({ tries, random, folder, data: process.env.DL_DATA ?? null })
  } catch (error) {
    return { tried: 1, failed: [`seed ${seed}: ${error instanceof Error ? error.stack : error}`] }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
