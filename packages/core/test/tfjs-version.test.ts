import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { checkTfjsVersion } from '../src/tfjs-version'

test('the version that it looks for is the peer that it asks for', () => {
  const manifest = readFileSync(new URL('../package.json', import.meta.url), 'utf8')
  const wanted = JSON.parse(manifest).peerDependencies['@tensorflow/tfjs-core']
  expect(() => checkTfjsVersion(wanted)).not.toThrow()
  expect(() => checkTfjsVersion()).not.toThrow()
})

test('another one is refused with both versions', () => {
  expect(() => checkTfjsVersion('4.20.0')).toThrowErrorMatchingInlineSnapshot(
    `[DlError: @tensorflow/tfjs-core is of version 4.20.0; expected 4.22.0, whose gradients @dl/core knows and repairs. Run npm install @tensorflow/tfjs-core@4.22.0; other packages of TensorFlow.js have to be of that version, too.]`,
  )
})
