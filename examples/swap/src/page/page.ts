/** The programs in a page; the address chooses the import. */
import { DlError } from '@dl/core'
import { ready } from '@tensorflow/tfjs-core'
import { measure } from '../measure'

const backends: Record<string, () => Promise<unknown>> = {
  wasm: () => import('@dl/backend-wasm'),
  webgl: () => import('@dl/backend-webgl'),
  webgpu: () => import('@dl/backend-webgpu'),
}

async function main(): Promise<string> {
  const asked = new URLSearchParams(location.search).get('backend') ?? 'wasm'
  const load = backends[asked]
  if (load === undefined) {
    throw new DlError('bad-option', {
      problem: `the address asks for the backend "${asked}"`,
      expected: `one of ${Object.keys(backends).join(', ')}`,
    })
  }
  await load()
  await ready()
  const report = await measure()
  document.body.dataset.report = JSON.stringify(report)
  const losses = Object.entries(report.programs).map(
    ([name, { losses }]) => `${name}: loss ${losses.at(-1)!.toFixed(4)}`,
  )
  return `On ${report.info.device}, ${losses.join(', ')}.`
}

const said = document.querySelector('#said')!
try {
  said.textContent = await main()
  document.body.dataset.state = 'done'
} catch (error) {
  said.textContent = DlError.is(error) ? error.message : String(error)
  document.body.dataset.state = 'failed'
}
