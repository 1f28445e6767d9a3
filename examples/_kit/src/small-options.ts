import { backend, backendName } from './backend'
import { flag, integer, optional, readFlags, text } from './flags'

const FLAGS = {
  epochs: optional,
  seed: text('1'),
  backend,
  quick: flag,
  json: flag,
  out: optional,
  resume: flag,
}

/** The command line of a small program: how long, from which seed, on what. */
export function smallOptions(args: string[], epochs: { quick: string; else: string }) {
  const values = readFlags(args, FLAGS)
  return {
    epochs: integer('epochs', values.epochs ?? epochs[values.quick ? 'quick' : 'else']),
    seed: integer('seed', values.seed, 0),
    backend: backendName(values.backend),
    quick: values.quick,
    json: values.json,
    out: values.out ?? null,
    resume: values.resume,
  }
}
