import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import getReleasePlan from '@changesets/get-release-plan'
import { afterEach, describe, expect, it } from 'vitest'
import { before1, nextReleases } from '../release-plan.mjs'
import { root } from '../workspace.mjs'

let place = ''
afterEach(() => rmSync(place, { recursive: true, force: true }))

/** What changesets would release of a core, text that has it as a peer, and an example. */
async function planned(version: string, type: string, asked: Record<string, string>) {
  place = mkdtempSync(join(tmpdir(), 'dl-plan-'))
  const write = (path: string, content: object | string) => {
    mkdirSync(join(place, path, '..'), { recursive: true })
    writeFileSync(
      join(place, path),
      typeof content === 'string' ? content : JSON.stringify(content),
    )
  }
  write('package.json', { name: 'x', private: true, workspaces: ['packages/*'] })
  write('packages/core/package.json', { name: 'core', version })
  const text = { name: 'text', version, peerDependencies: { core: `^${version}` } }
  write('packages/text/package.json', text)
  write('packages/example/package.json', {
    name: 'example',
    private: true,
    devDependencies: { core: `^${version}` },
  })
  const lines = Object.entries({ core: type, ...asked }).map(([name, kind]) => `'${name}': ${kind}`)
  write('.changeset/a.md', `---\n${lines.join('\n')}\n---\n\nNew.\n`)
  cpSync(join(root, '.changeset/config.json'), join(place, '.changeset/config.json'))
  return getReleasePlan(place)
}

const versions = ({ releases }: Awaited<ReturnType<typeof planned>>) =>
  Object.fromEntries(
    releases
      .filter(({ type }) => type !== 'none')
      .map(({ name, newVersion }) => [name, newVersion]),
  )

describe('before 1.0', () => {
  it('a peer that leaves its range makes a minor, which changesets would make a major', async () => {
    const plan = await planned('0.3.1', 'minor', {})
    expect(versions(plan)).toEqual({ core: '0.4.0', text: '1.0.0' })
    expect(versions(before1(plan))).toEqual({ core: '0.4.0', text: '0.4.0' })
  })

  it('a peer that stays in its range makes nothing', async () => {
    expect(versions(before1(await planned('0.3.1', 'patch', {})))).toEqual({ core: '0.3.2' })
  })

  it('a changeset that says major means it', async () => {
    const plan = await planned('0.3.1', 'major', { text: 'major' })
    expect(versions(before1(plan))).toEqual({ core: '1.0.0', text: '1.0.0' })
    const half = await planned('0.3.1', 'major', { text: 'patch' })
    expect(versions(before1(half))).toEqual({ core: '1.0.0', text: '0.4.0' })
  })
})

it('from 1.0 on it is as changesets say', async () => {
  const plan = await planned('1.2.0', 'major', {})
  expect(before1(plan)).toEqual(plan)
})

it('the next releases of this repository stay below 1.0', async () => {
  const { releases } = await nextReleases()
  for (const { name, newVersion = '0' } of releases) expect(newVersion, name).toMatch(/^0/)
})
