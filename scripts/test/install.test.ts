/**
 * Install only what you need: the packages as they would be published, installed with npm into
 * empty folders under each supported Node, and a training step.
 */
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readJson, root } from '../workspace.mjs'

const TFJS = ['@tensorflow/tfjs-core@4.22.0']

const PROJECTS = {
  '@dl/optim': {
    own: ['core', 'optim'],
    others: [...TFJS, '@tensorflow/tfjs-backend-cpu@4.22.0'],
    program: `
      import '@tensorflow/tfjs-backend-cpu'
      import { Parameter, valueAndGrads } from '@dl/core'
      import { adam, LayerOptimizer } from '@dl/optim'
      import { square, sub, sum, tensor } from '@tensorflow/tfjs-core'
      const weight = new Parameter(tensor([1, 2, 3]))
      const lo = new LayerOptimizer(adam, { parameters: () => [weight] }, 0.1)
      const loss = () => sum(square(sub(weight.value, 5)))
      const take = async () => {
        const step = valueAndGrads(loss, lo.parameters)
        const [value] = await step.value.data()
        lo.step(step.grads)
        return value
      }
      console.log(JSON.stringify([await take(), await take()]))
    `,
  },
  '@dl/text': {
    own: ['backend-wasm', 'core', 'data', 'layers', 'text'],
    others: TFJS,
    program: `
      import '@dl/backend-wasm'
      import { crossEntropy, manualSeed, sgdStep, valueAndGrads } from '@dl/core'
      import { CharLM, chars, Field, LanguageModelData } from '@dl/text'
      manualSeed(1)
      const text = 'the quick brown fox jumps over the lazy dog. '.repeat(8)
      const splits = { train: text, validation: text }
      const data = LanguageModelData.fromTexts(splits, new Field({ tokenize: chars }), { bs: 4, bptt: 8 })
      const model = new CharLM({ vocab: data.nt, hidden: 16 }).eval()
      const parameters = [...model.parameters()]
      const batches = data.validation[Symbol.asyncIterator]()
      const { inputs, target } = (await batches.next()).value
      const loss = () => crossEntropy(model.call(...inputs), target)
      const take = async () => {
        model.resetState()
        const step = valueAndGrads(loss, parameters)
        const [value] = await step.value.data()
        parameters.forEach((parameter, i) => {
          const attrs = { lr: 0.5, momentum: 0, nesterov: false, weightDecay: 0, decoupledDecay: 0 }
          const [next] = sgdStep({ param: parameter.value, grad: step.grads[i] }, attrs)
          parameter.assign(next)
        })
        return value
      }
      console.log(JSON.stringify([await take(), await take()]))
    `,
  },
}

interface Project {
  own: string[]
  others: string[]
  program: string
}

const folder = mkdtempSync(join(tmpdir(), 'dl-install-'))
const pnpm = readJson(join(root, 'package.json')).packageManager

/** Runs a command line as it would be typed. */
async function shell(command: string, cwd: string): Promise<{ ok: boolean; output: string }> {
  // what this run's own package managers have put into the environment is not a user's
  const env = Object.fromEntries(
    Object.entries(process.env).filter(
      ([name]) => !/^(npm_(package|lifecycle)_|PNPM|NODE_)/.test(name),
    ),
  )
  const child = spawn(command, { cwd, shell: true, env: { ...env, npm_config_loglevel: 'error' } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', chunk => {
      output += chunk
    })
  }
  const code = await new Promise(resolve => child.on('close', resolve))
  return { ok: code === 0, output }
}

const OFFLINE = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH/

beforeAll(async () => {
  const packages = [...new Set(Object.values(PROJECTS).flatMap(({ own }) => own))]
  const filters = packages.map(name => `--filter "./packages/${name}"`).join(' ')
  const pack = `npx --yes ${pnpm} -r ${filters} pack --pack-destination "${folder}"`
  const { ok, output } = await shell(pack, root)
  if (!ok) throw new Error(output)
}, 120_000)

afterAll(() => rmSync(folder, { recursive: true }))

/** Makes an empty folder into a program that uses packed packages, and runs it. */
async function install(name: string, node: string, { own, others, program }: Project) {
  const place = join(folder, `${name.replace(/\W/g, '')}-${node}`)
  mkdirSync(place)
  writeFileSync(join(place, 'package.json'), '{ "private": true, "type": "module" }')
  writeFileSync(join(place, 'main.js'), program)
  const tarballs = own.map(each => {
    const { version } = readJson(join(root, 'packages', each, 'package.json'))
    return `../dl-${each}-${version}.tgz`
  })
  const npm = `npm install --no-audit --no-fund --prefer-offline ${[...tarballs, ...others].join(' ')}`
  const line = `node --version && ${npm} && node main.js`
  const { ok, output } = await shell(`npx --yes -p node@${node} -c "${line}"`, place)
  return { ok, output, place }
}

describe.each(['20', '22', '24'])('under Node %s', node => {
  it.for(Object.entries(PROJECTS))(
    '%s installs by itself and trains',
    { timeout: 180_000 },
    async ([name, project], ctx) => {
      const { ok, output, place } = await install(name, node, project)
      ctx.skip(!ok && OFFLINE.test(output), 'the package registry cannot be reached')
      expect(ok, output).toBe(true)
      expect(output).toMatch(new RegExp(`^v${node}\\.`, 'm'))
      expect(readdirSync(join(place, 'node_modules/@dl')).sort()).toEqual(project.own)
      const [before, after] = JSON.parse(output.trim().split('\n').at(-1)!)
      expect(before).toBeGreaterThan(0)
      expect(after).toBeLessThan(before)
    },
  )
})
