import { changeset } from './changeset.mjs'
import { after, at, before, devDependency, inTurn, usedBy } from './edits.mjs'
import { packageFiles } from './package-files.mjs'

export const about = 'a package that runs the kernels elsewhere'

/** @type {import('./index.mjs').Template} */
export function backend({ kebab, pascal }) {
  const name = `backend-${kebab}`
  const folder = `packages/${name}`
  return {
    files: {
      ...packageFiles(name, {
        description: 'What it runs on, in half a line',
        keywords: ['tfjs-backend', kebab],
        sideEffects: ['./dist/index.js', './src/index.ts'],
        dependencies: { '@tensorflow/tfjs-backend-cpu': '4.22.0' },
      }),
      [`${folder}/README.md`]: `# @dl/${name}

What it runs on, and for whom it is. tfjs's CPU backend does what has no kernel here yet.

\`\`\`sh
npm install @dl/${name} @dl/core @tensorflow/tfjs-core@4.22.0
\`\`\`

[Start a project](https://github.com/dl-ts/dl#start-a-project) says what else a folder needs, and why
it is this tfjs-core.

\`\`\`ts no-run
import { backendInfo } from '@dl/${name}'
import { tensor } from '@tensorflow/tfjs-core'

console.log(backendInfo().kernels) // how many are its own
tensor([1, 2]).print()
\`\`\`

Another backend is another import; nothing else changes.
`,
      [`${folder}/src/index.ts`]: `/** What it runs on. Importing it registers it. */
import { announceBackend } from '@dl/core'
import { backendInfo } from './info'
import { register } from './register'

export { backendInfo, type ${pascal}BackendInfo } from './info'

register()
announceBackend({ name: '${kebab}', package: '@dl/${name}', info: backendInfo })
`,
      [`${folder}/src/backend.ts`]: `/** Where tensors live. They are tfjs's CPU backend's until they have a better home. */
import { MathBackendCPU } from '@tensorflow/tfjs-backend-cpu'

export class ${pascal}Backend extends MathBackendCPU {
  /** Names of tfjs's CPU kernels that ran since this was last emptied. */
  readonly fallbacks = new Set<string>()
}
`,
      [`${folder}/src/kernels.ts`]: `/** The kernels of this backend, one entry each; with some more they want files of their own. */
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core'
import type { ${pascal}Backend } from './backend'

export const kernels: Record<string, KernelFunc> = {
  Square({ inputs, backend }) {
    const x = inputs.x as TensorInfo
    const own = backend as ${pascal}Backend
    const values = own.data.get(x.dataId).values as Float32Array
    return own.makeTensorInfo(
      x.shape,
      x.dtype,
      values.map(value => value * value),
    )
  },
}
`,
      [`${folder}/src/register.ts`]: `/** Puts the backend and its kernels into tfjs's registry. */
import '@tensorflow/tfjs-backend-cpu'
import { DlError, repairKernels } from '@dl/core'
import {
  findBackendFactory,
  getKernelsForBackend,
  registerBackend,
  registerKernel,
} from '@tensorflow/tfjs-core'
import { ${pascal}Backend } from './backend'
import { kernels } from './kernels'

/** tfjs's name of the backend. */
const NAME = '${kebab}'

/** tfjs ranks its backends: cpu 1, webgl 2, webgpu 3. */
const PRIORITY = 4

const brand = Symbol.for('@dl/${name}')

/** @throws DlError \`backend-clash\` */
export function register(): void {
  const present = findBackendFactory(NAME)
  if (present) {
    if (brand in present) return // a second copy of this package
    throw new DlError('backend-clash', {
      problem: \`a backend named '\${NAME}' is already registered\`,
      expected: 'no other package to claim the name',
      fix: 'Import one of them.',
    })
  }
  registerBackend(NAME, Object.assign(() => new ${pascal}Backend(), { [brand]: true }), PRIORITY)
  for (const [kernelName, kernelFunc] of Object.entries(kernels)) {
    registerKernel({ kernelName, backendName: NAME, kernelFunc })
  }
  for (const fallback of getKernelsForBackend('cpu')) {
    const { kernelName, kernelFunc } = fallback
    // a composed fused operation is composed of this backend's kernels, not of tfjs's
    if (kernelName in kernels || kernelName.startsWith('Dl')) continue
    registerKernel({
      ...fallback,
      backendName: NAME,
      kernelFunc: call => {
        ;(call.backend as ${pascal}Backend).fallbacks.add(kernelName)
        return kernelFunc(call)
      },
    })
  }
  repairKernels(NAME)
}
`,
      [`${folder}/src/info.ts`]: `import { type BackendInfo, ownBackend, processorName } from '@dl/core'
import { ${pascal}Backend } from './backend'
import { kernels } from './kernels'

/** What runs underneath. */
export interface ${pascal}BackendInfo extends BackendInfo {
  backend: '${kebab}'
  /** Kernels that tfjs's CPU backend had to run since this was last asked. */
  fallbacks: string[]
}

/**
 * What this backend runs with; checkpoints and bug reports want it.
 *
 * @example
 * \`\`\`ts no-run
 * import { backendInfo } from '@dl/${name}'
 *
 * console.log(backendInfo().fallbacks)
 * \`\`\`
 */
export function backendInfo(): ${pascal}BackendInfo {
  const backend = ownBackend('${kebab}', '@dl/${name}', ${pascal}Backend)
  const fallbacks = [...backend.fallbacks].sort()
  backend.fallbacks.clear()
  return {
    backend: '${kebab}',
    device: processorName(),
    threads: 1,
    simd: null,
    native: null,
    precision: 'float32',
    kernels: Object.keys(kernels).length,
    fallbacks,
    bytesHeld: null,
    limits: {},
  }
}
`,
      [`${folder}/test/backend.test.ts`]: `import { backendInfo } from '@dl/${name}'
import { valueAndGrads } from '@dl/core'
import { square, sum, tensor } from '@tensorflow/tfjs-core'
import { describe, expect, it } from 'vitest'

describe('the backend ${kebab}', () => {
  it('computes values and gradients, and says which kernels were not its own', async () => {
    const x = tensor([1, -2, 3])
    backendInfo()
    const step = valueAndGrads(() => sum(square(x)), [x])
    expect([...(await step.value.data())]).toEqual([14])
    expect([...(await step.grads[0]!.data())]).toEqual([2, -4, 6])
    const { fallbacks } = backendInfo()
    expect(fallbacks).toContain('Sum')
    expect(fallbacks).not.toContain('Square')
    step.dispose()
    x.dispose()
  })
})
`,
      [`.changeset/${name}-first.md`]: changeset(
        `@dl/${name}`,
        'A new backend: say here, for those who will use it, what it runs on.',
      ),
    },
    edits: {
      'package.json': devDependency(`@dl/${name}`),
      'scripts/test-setup.ts': before(
        '  await setBackend(backend)',
        `  if (backend === '${kebab}') await import('@dl/${name}')\n`,
      ),
      'vitest.config.ts': inTurn(
        at(/\['wasm', 'webgl', 'webgpu', 'node'[^\]]*\]/, list =>
          list.replace(']', `, '${kebab}']`),
        ),
        before("      native\n        ? project('wasm'", `      project('${kebab}', byDefault),\n`),
      ),
      'README.md': before(
        '| [@dl/backend-webgpu]',
        `| [@dl/${name}](${folder}) | what it runs on |\n`,
      ),
      'docs/backends.md': after(
        /^\| `@dl\/backend-wasm` \| any CPU.*\n/,
        `| \`@dl/${name}\` | what it runs on | what it needs | when to choose it |\n`,
      ),
      'SECURITY.md': inTurn(
        usedBy('@tensorflow/tfjs-core', name),
        usedBy('@tensorflow/tfjs-backend-cpu', name),
      ),
    },
    needsInstall: true,
    test: `${folder}/test/backend.test.ts`,
    project: kebab,
  }
}
