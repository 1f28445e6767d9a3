import { expect, test } from 'vitest'
import { fencesOfMarkdown, fencesOfSource, toModule } from '../examples.mjs'

const FENCE = '```'
const module = (code: string) => toModule({ code, line: 1, run: true }, 'docs.md:1')

test('fences of Markdown, with their lines and flags', () => {
  const text = [
    '# Title',
    `${FENCE}ts`,
    'one()',
    'two()',
    FENCE,
    `${FENCE}ts no-run`,
    'three()',
    FENCE,
  ]
  expect(fencesOfMarkdown(text.join('\n'))).toEqual([
    { code: 'one()\ntwo()\n', line: 3, run: true },
    { code: 'three()\n', line: 7, run: false },
  ])
})

test('other languages are passed over', () => {
  const text = `${FENCE}sh\nimport antigravity\n${FENCE}\n${FENCE}ts\nfine()\n${FENCE}\n`
  expect(fencesOfMarkdown(text).map(({ code }) => code)).toEqual(['fine()\n'])
})

test('fences of doc comments lose their stars and keep their lines', () => {
  const text = [
    'export const a = 1',
    '/**',
    ' * Halves.',
    ' *',
    ' * @example',
    ` * ${FENCE}ts`,
    ' * const half = {',
    ' *   of: 2,',
    ' * }',
    ` * ${FENCE}`,
    ' */',
    `// ${FENCE}ts`,
  ]
  expect(fencesOfSource(text.join('\n'))).toEqual([
    { code: 'const half = {\n  of: 2,\n}\n', line: 7, run: true },
  ])
})

test('imports come first, the rest into a function, arrows become expectations', () => {
  const code = [
    "import { a } from './a'",
    'const b = a()',
    'b.c // → 1,2',
    "import { d } from './d'",
    'const e = await d(b) // → it\'s "quoted"',
    'if (e) {',
    '  (await e.f(',
    '    1,',
    '  ))   // →   two spaces',
    '}',
    ';[b, e].length // → 2',
  ]
  expect(module(code.join('\n'))).toMatchInlineSnapshot(`
    "// docs.md:1
    import { a } from './a'
    import { d } from './d'
    import { expect as expected } from 'vitest'

    export async function example() {
      const b = a()
      expected(String(b.c)).toBe("1,2")

      const e = await d(b) ; expected(String(e)).toBe("it's \\"quoted\\"")
      if (e) {
        expected(String((await e.f(
          1,
        )))).toBe("  two spaces")
      }
      ;expected(String([b, e].length)).toBe("2")
    }
    "
  `)
})

test('an arrow needs an expression to end', () => {
  expect(() => module('const a = f()\n[a].join() // → 1')).toThrowErrorMatchingInlineSnapshot(`[Error: docs.md:1: "// → 1" does not end the line of an expression or a const (should a line begin with [, ( or \`, put a ; before it).]`)
  expect(() => module('const { a } = f() // → 1')).toThrow('docs.md:1: "// → 1" does not end')
  expect(() => module('f() // → 1\n[2].join() // → 2')).toThrow('"// → 1" does not end')
  expect(() => module('// → nothing')).toThrow('"// → nothing" does not end')
})

test('an example cannot export', () => {
  expect(() => module('export const a = 1')).toThrowErrorMatchingInlineSnapshot(
    `[Error: docs.md:1: an example cannot export, because it becomes the body of a test.]`,
  )
})

test('a comment that only looks like an arrow stays one', () => {
  expect(module('f() // a → b')).toContain('f() // a → b')
})
