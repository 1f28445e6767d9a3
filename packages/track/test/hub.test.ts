import { afterEach, describe, expect, it } from 'vitest'
import { modelCard, pushToHub } from '../src/hub'
import { type Asked, type Stand, stand } from './server'

let server: Stand
afterEach(() => server?.close())

/** As the Hub answers: small files go with the commit. */
const answers = ({ path, body }: Asked) => {
  if (path === '/api/repos/create') return { url: 'https://hub.test/somebody/net' }
  if (path.includes('/preupload/')) {
    const files = body.files.map(({ path }: { path: string }) => ({ path, uploadMode: 'regular' }))
    return { files }
  }
  return { success: true, commitOid: 'abc', commitUrl: 'https://hub.test/commit/abc' }
}

describe('pushToHub', () => {
  it('makes the repository and puts card and files into one commit', async () => {
    server = await stand(answers)
    const where = await pushToHub('somebody/net', {
      files: { 'model.safetensors': Uint8Array.of(1, 2, 3) },
      card: { title: 'A net' },
      token: 'hf_secret',
      message: 'the first',
      hubUrl: server.url,
    })
    expect(where).toBe(`${server.url}/somebody/net`)
    expect(server.asked.every(({ headers }) => headers.authorization === 'Bearer hf_secret')).toBe(
      true,
    )
    expect(server.asked[0]!.body).toMatchObject({
      name: 'net',
      organization: 'somebody',
      type: 'model',
    })
    const [commit, ...more] = server.asked.filter(({ path }) => path.includes('/commit/'))
    expect(more).toEqual([])
    const [header, ...entries] = commit!.body
    expect(header.value.summary).toBe('the first')
    const contents = entries.map(({ value }: { value: { path: string; content: string } }) => [
      value.path,
      Buffer.from(value.content, 'base64').toString('latin1'),
    ])
    expect(Object.fromEntries(contents)).toEqual({
      'README.md': modelCard({ title: 'A net' }),
      'model.safetensors': '\x01\x02\x03',
    })
  })

  it('goes on where the repository is there', async () => {
    server = await stand(asked =>
      asked.path === '/api/repos/create' ? { status: 409, error: 'it exists' } : answers(asked),
    )
    const files = { 'notes.txt': 'x' }
    await pushToHub('somebody/net', { files, token: 'hf_t', hubUrl: server.url })
    expect(server.asked.some(({ path }) => path.includes('/commit/main'))).toBe(true)
  })

  it('says what the Hub said', async () => {
    server = await stand(() => ({ status: 401 }))
    const pushed = pushToHub('a/b', { files: { x: 'y' }, token: 'hf_t', hubUrl: server.url })
    await expect(pushed).rejects.toThrow(/did not take a\/b: .*status 401.* token/)
  })

  it.each([
    ['net', { files: { x: 'y' }, token: 't' }, 'the repository is "net"; expected user/name'],
    ['a/b', { files: {}, token: 't' }, 'pushToHub got no files'],
    ['a/b', { files: { x: 'y' }, token: '' }, `pushToHub's token is ""`],
  ])('refuses %s %j', async (repo, options, message) => {
    await expect(pushToHub(repo, options)).rejects.toThrow(message)
  })
})

describe('modelCard', () => {
  it('has what the Hub reads, and tables for people', () => {
    const card = modelCard({
      title: 'Writes like Nietzsche',
      text: 'A character model.',
      license: 'mit',
      datasets: ['gutenberg: all'],
      tags: ['text-generation'],
      metrics: { valLoss: 1.25 },
      config: { cell: 'lstm' },
    })
    expect(card).toBe(`---
library_name: dl
license: "mit"
datasets:
- "gutenberg: all"
tags:
- "dl"
- "text-generation"
---

# Writes like Nietzsche

A character model.

| metric | |
|---|---|
| valLoss | 1.25 |

| setting | |
|---|---|
| cell | lstm |
`)
  })
})
