/**
 * The lesson's way to a recurrent net, step by step: three characters by hand, a loop, the library's
 * layer, a state that goes on, gates. One step with the lesson's settings, or the whole ladder small.
 */
import { loadCorpus, ownRun, program, useBackend } from '@dl/example-kit'
import { HELP, readOptions } from './options'
import { STEPS, type StepName } from './steps'
import { type Row, SCALES, trainStep } from './train'

async function main(args: string[]): Promise<void> {
  const options = readOptions(args)
  const say = (text: string) => (options.json ? process.stderr : process.stdout).write(text)
  const { backend, threads } = await useBackend(options.backend)
  const corpus = await loadCorpus(options.corpus, say)
  const scale = SCALES[options.quick ? 'quick' : options.step ? 'lesson' : 'small']
  const own = await ownRun({ program: 'rnn-from-scratch', say, ...options })
  const names = options.step ? [options.step] : (Object.keys(STEPS) as StepName[])
  const rows: Row[] = []
  for (const name of names) {
    if (own.signal.aborted) break
    rows.push(await trainStep(name, corpus, options, scale, say, own))
  }
  say(`\n${table(rows)}\n`)
  const result = options.step ? rows[0] : { steps: rows }
  const report = { ...result, corpus: corpus.name, backend, threads, seed: options.seed }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`)
}

function table(rows: readonly Row[]): string {
  const widths = [12, 33, 9, 9, 9, 8]
  const line = (cells: readonly string[]) =>
    cells.map((text, i) => (i < 2 ? text.padEnd(widths[i]!) : text.padStart(widths[i]!))).join('  ')
  const cells = rows.map(({ step, adds, params, history, msPerBatch, predictions }) => {
    const { trnLoss, valLoss } = history.at(-1) ?? {}
    const [prompt, char] = Object.entries(predictions)[0]!
    return [
      ...[step, adds, String(params), trnLoss?.toFixed(4) ?? '', valLoss?.toFixed(4) ?? ''],
      msPerBatch.toFixed(1),
      `${JSON.stringify(prompt)} → ${JSON.stringify(char)}`,
    ]
  })
  const header = ['step', 'adds', 'params', 'trn_loss', 'val_loss', 'ms/batch', 'says']
  return [header, ...cells].map(line).join('\n')
}

program(HELP, main)
