import { DlError } from '@dl/core'
import { expect, it } from 'vitest'
import { registerWebGL } from '../src/register'

it('says what to import instead where there is no WebGL', ctx => {
  ctx.skip('document' in globalThis, 'a page has WebGL')
  let error: unknown
  try {
    registerWebGL()
  } catch (caught) {
    error = caught
  }
  expect(DlError.is(error, 'webgl-absent')).toBe(true)
  expect((error as Error).message).toBe(
    'WebGL is not available here; expected a page or a worker of a browser that has WebGL ' +
      "(Node has none). Import '@dl/backend-wasm' instead of '@dl/backend-webgl': it runs everywhere.",
  )
})

it('is what an import of the package meets with', async ctx => {
  ctx.skip('document' in globalThis, 'a page has WebGL')
  await expect(import('@dl/backend-webgl')).rejects.toMatchObject({ code: 'webgl-absent' })
})
