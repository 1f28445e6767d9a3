/** What publint and are-the-types-wrong say of a package as it would be published. */
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core'
import { publint } from 'publint'
import { formatMessage } from 'publint/utils'

/**
 * @param {Uint8Array<ArrayBuffer>} bytes of the tarball
 * @returns {Promise<string[]>}
 */
export async function tarballProblems(bytes) {
  const tarball = new Uint8Array(bytes).buffer
  const { messages, pkg } = await publint({ pack: { tarball }, strict: true })
  const odd = messages.map(message => formatMessage(message, pkg) ?? message.code)
  const { types, ...found } = await checkPackage(createPackageFromTarballData(bytes))
  if (types === false || types.kind !== 'included') odd.push('it has no types')
  const problems = 'problems' in found ? found.problems : []
  // ESM only, by intent: what requires it or resolves as before 2020 is left out
  const own = problems.filter(
    ({ kind, ...rest }) =>
      kind !== 'CJSResolvesToESM' &&
      !('resolutionKind' in rest && rest.resolutionKind === 'node10'),
  )
  return [...odd, ...own.map(problem => JSON.stringify(problem))]
}
