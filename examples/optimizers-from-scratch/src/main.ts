/**
 * Update rules from gradient descent to Adam, written out in `rules.ts`, walk down surfaces of two
 * parameters. A table tells how far they got, and pictures show the way.
 */
import { join } from 'node:path'
import { files } from '@dl/data'
import { program } from '@dl/example-kit'
import { type Descent, descend, descendAtBest } from './descend'
import { HELP, readOptions } from './options'
import { picture } from './picture'
import { SURFACES, type Surface } from './surfaces'

async function main(args: string[]): Promise<void> {
  const { rules, lr, ...options } = readOptions(args)
  const say = (words: string) => (options.json ? process.stderr : process.stdout).write(words)
  const surfaces = []
  for (const name of options.surfaces) {
    const surface: Surface = SURFACES[name]
    const least = options.quick ? Math.ceil(surface.steps / 10) : surface.steps
    const steps = options.steps ?? least
    const descents = rules.map(rule =>
      lr === null ? descendAtBest(surface, rule, steps) : descend(surface, rule, lr, steps),
    )
    const file = join(options.out, `${name}.svg`)
    await files.writeAtomic(file, picture(surface, descents))
    say(`${surface.title}, ${steps} steps\n${table(surface, descents)}\n→ ${file}\n\n`)
    surfaces.push({
      name,
      steps,
      file,
      descents: descents.map(({ path, ...rest }) => ({ ...rest, end: path.at(-1) })),
    })
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ surfaces })}\n`)
}

function table({ axes }: Surface, descents: readonly Descent[]): string {
  const rows = descents.map(({ rule, lr, path, loss, reached }) => [
    rule,
    String(lr),
    loss.toExponential(2),
    reached === null ? '–' : String(reached),
    ...path.at(-1)!.map(value => value.toFixed(4)),
  ])
  return [['rule', 'lr', 'loss', '÷1000 after', ...axes], ...rows]
    .map(cells => cells.map((cell, i) => (i === 0 ? cell.padEnd(10) : cell.padStart(12))).join(''))
    .join('\n')
}

program(HELP, main)
