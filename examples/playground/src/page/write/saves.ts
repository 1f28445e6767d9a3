/**
 * Runs kept on the page's own disk: a checkpoint each, and beside it the text where that was the
 * reader's. A file is never written twice, so tabs do not get into each other's way.
 */
import { verifyCheckpoint } from '@dl/callbacks'
import { DlError } from '@dl/core'
import { fileStorage } from '@dl/data'
import { type Plan, TEXTS } from '../plan'
import type { OwnText } from '../worker/protocol'

const FOLDER = 'playground/'
const RUN = '.safetensors'
const TEXT = '.txt'

export interface Saved {
  path: string
  title: string
}

export interface Loaded {
  bytes: Uint8Array
  plan: Plan
  lr: number
  own: OwnText | null
}

/** @throws DlError `not-saved` where the disk takes it not; what is there stays */
export async function save(bytes: Uint8Array, own: OwnText | null): Promise<void> {
  const name = `${FOLDER}${Date.now()}-${crypto.randomUUID().slice(0, 8)}`
  const storage = fileStorage()
  try {
    // the run last: without it the text counts for nothing
    if (own) await storage.write(name + TEXT, new TextEncoder().encode(own.text))
    await storage.write(name + RUN, bytes)
  } catch (cause) {
    await storage.remove(name + TEXT).catch(() => {})
    throw new DlError('not-saved', {
      problem: `the run was not saved: ${cause instanceof Error ? cause.message : cause}`,
      fix: 'Remove a saved run, or give this site more room. The run goes on.',
      cause,
    })
  }
}

/** Newest first; a damaged one says so. */
export async function listSaved(): Promise<Saved[]> {
  const paths = (await fileStorage().list(FOLDER)).filter(path => path.endsWith(RUN))
  return Promise.all(paths.reverse().map(async path => ({ path, title: await titleOf(path) })))
}

async function titleOf(path: string): Promise<string> {
  try {
    const { plan, trnLoss, text, step } = await metadataOf(path)
    const { cell, hidden, ...read } = JSON.parse(plan ?? '') as Plan
    const loss = trnLoss ? `, loss ${Number(trnLoss).toFixed(2)}` : ''
    const title = text ?? TEXTS[read.text].title
    return `${title}, ${cell.toUpperCase()} ${hidden}${loss}${step ? ` after ${step}` : ''}`
  } catch {
    return 'damaged'
  }
}

const metadataOf = async (path: string) => verifyCheckpoint(await fileStorage().read(path), path)

/** @throws DlError where it was removed meanwhile, in another tab perhaps, or is damaged */
export async function load(path: string): Promise<Loaded> {
  const bytes = await fileStorage().read(path)
  const { plan, lr, text } = await verifyCheckpoint(bytes, path)
  const own = text === undefined ? null : { name: text, text: await readText(path) }
  return { bytes, plan: JSON.parse(plan ?? '') as Plan, lr: Number(lr), own }
}

async function readText(path: string): Promise<string> {
  return new TextDecoder().decode(await fileStorage().read(path.slice(0, -RUN.length) + TEXT))
}

export async function remove(path: string): Promise<void> {
  await fileStorage().remove(path)
  await fileStorage().remove(path.slice(0, -RUN.length) + TEXT)
}
