const { APART, FLOORS, inPackages } = require('./scripts/floors.cjs')

const BACKENDS = 'backend-[a-z0-9-]+'
const PROGRAMS = '^(examples|benchmarks|trust|[.]examples)/'
const all = FLOORS.flat()

/** One rule a package: what stands beside or above it, or apart, is out of its reach. */
const floors = FLOORS.flatMap((names, floor) =>
  names.map(name => {
    const beside = FLOORS.slice(floor).flat()
    const out = [...beside, ...(APART[name] ?? [])].filter(other => other !== name)
    return {
      name: `floor-of-${name}`,
      comment: `@dl/${name} may import from lower floors only.`,
      severity: 'error',
      from: { path: `${inPackages([name])}src/` },
      to: { path: [...(out.length > 0 ? [inPackages(out)] : []), PROGRAMS] },
    }
  }),
)

module.exports = {
  forbidden: [
    ...floors,
    {
      name: 'backends-use-core-only',
      comment:
        'A backend provides kernels; it knows nothing of layers, data or training. Its tests train.',
      severity: 'error',
      from: { path: `^packages/(${BACKENDS})/src/` },
      to: {
        path: ['^packages/', PROGRAMS],
        pathNot: [inPackages(['core']), '^packages/$1/'],
      },
    },
    {
      name: 'backends-are-chosen-by-programs',
      comment: 'Importing a backend would choose it for everyone who imports the package.',
      severity: 'error',
      from: { path: `^packages/(${all.join('|')})/src/` },
      to: { path: [`^packages/${BACKENDS}/`, 'tfjs-backend-', 'tfjs-node'] },
    },
    {
      name: 'no-circles',
      comment: 'Not even of types: a circle means that two files are one thing.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-reaching-into-dist',
      comment: 'Import the package by its name; what it exports is what there is.',
      severity: 'error',
      from: { path: '^(packages/([^/]+)|examples|benchmarks|trust|[.]examples)/' },
      to: { path: ['^packages/[^/]+/dist/', '^@dl/[^/]+/dist'], pathNot: '^packages/$2/dist/' },
    },
    {
      name: 'no-reaching-into-src',
      comment: 'Another package is imported by its name, not by a path to its files.',
      severity: 'error',
      from: { path: '^packages/([^/]+)/src/' },
      to: { path: '^packages/[^/]+/', pathNot: '^packages/$1/', dependencyTypes: ['local'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules', '/dist/'] },
    exclude: { path: '[.]examples/node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@dl/source', 'node', 'import', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
}
