/** `npm run docs`: the documentation site, into docs/.vitepress/dist; `-- --dev` serves it while one writes. */
import { join } from 'node:path'
import { asksForHelp, readArgs, sentence } from './options.mjs'
import { fail, prepare, quietly, readJson, root } from './workspace.mjs'

const args = process.argv.slice(2)
if (asksForHelp(args)) {
  console.log(`Builds the documentation site.

  --dev    serves it and shows what changes`)
  process.exit(0)
}
const { values, complaint } = readArgs(args, { dev: { type: 'boolean', default: false } })
if (complaint !== null) fail(sentence(complaint))

await prepare()
// apart from the workspace: who only trains need not install it
const pnpm = readJson(join(root, 'package.json')).packageManager
const install = [
  '--yes',
  pnpm,
  'install',
  '--dir',
  'docs',
  '--ignore-workspace',
  '--frozen-lockfile',
]
await quietly('Installing the site', 'npx', install)
/** What is installed there only now. */
const ofSite = (/** @type {string} */ path) =>
  import(new URL(`../docs/${path}`, import.meta.url).href)
const { writeApi } = await ofSite('site/api.mjs')
await writeApi()
const { build, createServer } = await ofSite('node_modules/vitepress/dist/node/index.js')
if (values.dev) {
  const server = await createServer(join(root, 'docs'))
  await server.listen()
  server.printUrls()
} else await build(join(root, 'docs'))
