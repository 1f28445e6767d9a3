import { starter, TEMPLATES, type TemplateName } from '@dl/create'
import { describe, expect, it } from 'vitest'

describe.each(Object.keys(TEMPLATES) as TemplateName[])('the template %s', template => {
  const { files, needs, devNeeds } = starter(template, 'my-app')

  it('installs what it imports and runs', () => {
    const bare = [...needs, ...devNeeds].map(need => need.replace(/(.)@.*/, '$1'))
    const sources = Object.entries(files).filter(([path]) => path.endsWith('.ts'))
    const imported = sources
      .flatMap(([, text]) => [...text.matchAll(/^import .*?'([^.'\n][^'\n]*)'/gm)])
      .map(([, name]) => name!)
    expect(new Set(imported).size).toBeGreaterThan(5)
    expect(imported.filter(name => !bare.includes(name))).toEqual([])
    const { scripts, name } = JSON.parse(files['package.json']!)
    expect(name).toBe('my-app')
    const run = Object.values<string>(scripts).map(line => line.split(' ')[0]!)
    const binaries = run.map(command => (command === 'tsc' ? 'typescript' : command))
    expect(binaries.filter(binary => !bare.includes(binary))).toEqual([])
  })

  it('has one line that chooses the backend', () => {
    const all = Object.values(files).join('\n')
    expect(all.match(/^import '@dl\/backend-wasm'/gm)).toHaveLength(1)
  })
})

it('there is no other template', () => {
  expect(() => starter('deno' as never, 'x')).toThrow(
    'There is no template deno; expected node or vite.',
  )
  expect(() => starter('constructor' as never, 'x')).toThrow('There is no template constructor')
})
