export { BACKENDS, type BackendName, backend, backendName, useBackend } from './backend'
export { type Corpus, loadCorpus } from './corpus'
export {
  flag,
  fraction,
  integer,
  namesFirst,
  notNegative,
  oneOf,
  optional,
  positive,
  readFlags,
  text,
} from './flags'
export { interrupted } from './interrupted'
export { type OwnRun, type OwnRunOptions, ownRun } from './own-run'
export { program } from './program'
export { stopwatch } from './stopwatch'
