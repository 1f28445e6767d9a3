/** The API reference, a folder for each package, out of the sources: docs/api. */
import { join } from 'node:path'
import { Application, Converter, ReflectionKind } from 'typedoc'
import { packagesIn, root } from '../../scripts/workspace.mjs'

/** Writes it anew, and returns what typedoc complained of. */
export async function writeApi() {
  const app = await Application.bootstrapWithPlugins({
    name: '@dl',
    out: join(root, 'docs/api'),
    entryPoints: packagesIn('packages').map(name => join(root, 'packages', name, 'src/index.ts')),
    tsconfig: join(root, 'tsconfig.json'),
    plugin: ['typedoc-plugin-markdown'],
    skipErrorChecking: true, // they are checked elsewhere
    excludeInternal: true,
    excludePrivate: true,
    readme: 'none',
    hideGenerator: true,
    outputFileStrategy: 'modules',
    ...{ entryFileName: 'index.md', hidePageHeader: true, hideBreadcrumbs: true },
    ...{ useCodeBlocks: true, parametersFormat: 'table', interfacePropertiesFormat: 'table' },
    ...{ typeDeclarationFormat: 'table', expandObjects: false },
    sourceLinkTemplate: 'https://github.com/dl-ts/dl/blob/main/{path}#L{line}',
    gitRevision: 'main',
  })
  // a destructured argument has no name of its own
  app.converter.on(Converter.EVENT_CREATE_PARAMETER, (_, parameter) => {
    if (parameter.name === '__namedParameters') parameter.name = 'options'
  })
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, context => {
    for (const module of context.project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = module.name.replace(/^(.*)\/src$/, '@dl/$1')
    }
  })
  const project = await app.convert()
  if (project === undefined) throw new Error('typedoc could not read the packages')
  await app.generateOutputs(project)
  return { warnings: app.logger.warningCount, errors: app.logger.errorCount }
}
