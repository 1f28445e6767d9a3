/** Programs of their own, with what is built: the GPU's package, other versions of Node, clashes. */
import { spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outsideOf, root } from '../../../scripts/workspace.mjs'

const folder = mkdtempSync(join(tmpdir(), 'dl-node-gpu-'))
const real = join(process.env.DL_TFJS_NODE!, 'node_modules')
const url = (path: string) => JSON.stringify(String(pathToFileURL(join(root, 'packages', path))))
const [ours, gpu, core] = [
  'backend-node/dist/index.js',
  'backend-node/dist/gpu.js',
  'core/dist/index.js',
].map(url)

/** tfjs-node-gpu differs from tfjs-node in its name and in what it downloads. */
beforeAll(() => {
  const modules = join(folder, 'node_modules')
  const from = (name: string) => join(real, name)
  mkdirSync(join(modules, '@tensorflow'), { recursive: true })
  for (const name of readdirSync(real).filter(name => !/^[.]|^@tensorflow$/.test(name))) {
    symlinkSync(from(name), join(modules, name))
  }
  for (const name of readdirSync(from('@tensorflow'))) {
    symlinkSync(from(`@tensorflow/${name}`), join(modules, '@tensorflow', name))
  }
  const [origin, copy] = [from('@tensorflow/tfjs-node'), join(modules, '@tensorflow/tfjs-node-gpu')]
  mkdirSync(copy)
  cpSync(join(origin, 'dist'), join(copy, 'dist'), { recursive: true })
  for (const part of ['lib', 'deps']) symlinkSync(join(origin, part), join(copy, part))
  const manifest = JSON.parse(readFileSync(join(origin, 'package.json'), 'utf8'))
  const renamed = { ...manifest, name: '@tensorflow/tfjs-node-gpu' }
  writeFileSync(join(copy, 'package.json'), JSON.stringify(renamed))
})

afterAll(() => rmSync(folder, { recursive: true }))

/** A program's standard output, or what it ended with. */
function run(program: string, env: Record<string, string> = {}, command = [process.execPath]) {
  const path = join(folder, 'program.mjs')
  writeFileSync(path, program)
  const [first, ...rest] = [...command, path]
  const all = { ...outsideOf(process.env), DL_TFJS_NODE: folder, ...env }
  const { stdout, stderr, status } = spawnSync(first!, rest, {
    ...{ env: all, encoding: 'utf8', cwd: join(root, 'packages/backend-node'), timeout: 110_000 },
  })
  return { ok: status === 0, output: stdout.trim(), errors: stderr }
}

/** The mean of a product, and who computed it. */
const PROGRAM = `
  const { createRequire: require } = await import('node:module')
  const { matMul, mean, tensor } = require(${JSON.stringify(join(root, 'packages/core/package.json'))})('@tensorflow/tfjs-core')
  const x = tensor([[1, 2], [3, 4]])
  const { package: from, gpu } = info()
  console.log(JSON.stringify([[...(await mean(matMul(x, x)).data())][0], from, gpu]))
`

it('runs over tfjs-node-gpu on the processor where that is asked for', () => {
  const program = `import { backendInfo as info } from ${gpu}\n${PROGRAM}`
  const { output, errors } = run(program, { CUDA_VISIBLE_DEVICES: '-1' })
  expect(output, errors).toBe('[13.5,"@tensorflow/tfjs-node-gpu",false]')
})

it('does not go on without the GPU that was asked for', ctx => {
  ctx.skip(existsSync('/proc/driver/nvidia/gpus'), 'this machine has one')
  const program = `await import(${gpu}).catch(error => console.log(error.code))`
  const { output, errors } = run(program, { CUDA_VISIBLE_DEVICES: '' })
  expect(output, errors).toBe('no-gpu')
})

it('refuses a second TensorFlow in one process, and takes the same one twice', () => {
  const program = `
    await import(${ours})
    await import(${ours} + '?again')
    await import(${gpu}).catch(error => console.log(error.message))
  `
  const { output, errors } = run(program)
  expect(output, errors).toBe(
    '@dl/backend-node/gpu was imported after @dl/backend-node; expected one of them, as a process holds one TensorFlow. Import the one that you want.',
  )
})

it('runs beside tfjs-node itself', () => {
  const program = `
    import { createRequire } from 'node:module'
    const tf = createRequire(${JSON.stringify(join(real, 'x.js'))})('@tensorflow/tfjs-node')
    const { backendInfo: info } = await import(${ours})
    ${PROGRAM}
    await tf.setBackend('tensorflow')
    console.log(tf.getBackend(), (await tf.scalar(2).square().data())[0])
  `
  const { output, errors } = run(program)
  expect(output, errors).toBe('[13.5,"@tensorflow/tfjs-node",false]\ntensorflow 4')
})

describe.each(['22', '24'])('Node %s', version => {
  it('runs it', { timeout: 120_000 }, ctx => {
    const program = `import { backendInfo as info } from ${ours}\nimport ${core}\n${PROGRAM}`
    const command = ['npx', '--yes', '-p', `node@${version}`, '--', 'node']
    const { ok, output, errors } = run(program, {}, command)
    ctx.skip(
      !ok && /ENOTFOUND|ECONNREFUSED|ETIMEDOUT/.test(errors),
      'the registry cannot be reached',
    )
    expect(output, errors).toBe('[13.5,"@tensorflow/tfjs-node",false]')
  })
})
