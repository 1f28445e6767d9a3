/** What a figure is worth nothing without. */
import { cpus, loadavg, totalmem } from 'node:os'
import type { Peer } from './peer'

/** Date, processor, memory, load, Node. */
export function describeMachine(): string {
  const { model } = cpus()[0]!
  return [
    `${new Date().toISOString().slice(0, 10)}, ${model.trim()}, ${cpus().length} cores`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB, load ${loadavg()[0]!.toFixed(1)} at the end`,
    `${process.platform} ${process.arch}, Node ${process.version}`,
  ].join(', ')
}

export function describeRun(command: string, ours: Peer, peers: readonly Peer[]): string {
  const versions = Object.assign({}, ...peers.map(({ hello }) => hello.versions))
  const shown = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const { threads, native } = ours.hello
  const kernels = native ? `native kernels (${native})` : 'WebAssembly alone'
  return [
    describeMachine(),
    `${threads} ${threads === 1 ? 'thread' : 'threads'}, ${kernels}; ${shown.join(', ')}: \`${command}\``,
  ].join(', ')
}
