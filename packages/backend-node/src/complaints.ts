/** What is said where tfjs-node is not there, not complete, or another one. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DlError } from '@dl/core'
import { version_core } from '@tensorflow/tfjs-core'
import type { PackageName } from './tensorflow'

/** The package of ours that runs over it. */
export const ourName = (packageName: PackageName): string =>
  packageName.endsWith('gpu') ? '@dl/backend-node/gpu' : '@dl/backend-node'

export function packageMissing(
  packageName: PackageName,
  version: string,
  folder: string | undefined,
  cause: unknown,
): DlError {
  return new DlError('tfjs-node-missing', {
    problem: folder
      ? `there is no ${packageName} in the folder that DL_TFJS_NODE names, ${folder}`
      : `${packageName} is not installed`,
    expected: `version ${version} of it, over which ${ourName(packageName)} runs`,
    fix: `Run npm install ${packageName}@${version}.`,
    cause,
  })
}

export function otherVersion(packageName: PackageName, found: string): DlError {
  return new DlError('tfjs-node-version', {
    problem: `${packageName} is of version ${found} and @tensorflow/tfjs-core of ${version_core}`,
    expected: `${version_core} of both`,
    fix: `Run npm install ${packageName}@${version_core}.`,
  })
}

/** The native part does not load: which of its ways to fail is it? */
export function nativeProblem(
  packageName: PackageName,
  folder: string,
  path: string | undefined,
  cause: unknown,
): DlError {
  const rebuild = `Run npm rebuild ${packageName} --build-addon-from-source, which needs a C++ compiler and Python.`
  const again = `Reinstall ${packageName} where its install script may run and storage.googleapis.com can be reached.`
  const say = (problem: string, expected: string, fix: string) =>
    new DlError('tfjs-node-native', { problem, expected, fix, cause })
  const text = String(cause)
  const here = `Node ${process.versions.node} on ${process.platform} ${process.arch}`
  if (path === undefined || !existsSync(path)) {
    const built = builtFor(folder)
    return built.length > 0
      ? say(
          `the native part of ${packageName} is built for ${built.join(', ')}, not for ${here}`,
          `${path}`,
          rebuild,
        )
      : say(
          `the native part of ${packageName} is missing`,
          `${path ?? join(folder, 'lib')}, which its install script downloads or builds`,
          `${again} Or: ${rebuild}`,
        )
  }
  if (/libtensorflow|libcu|libnv/.test(text)) {
    return say(
      `the native part of ${packageName} finds no ${missingLibrary(text)}`,
      `TensorFlow's library in ${join(folder, 'deps', 'lib')}, which its install script downloads`,
      again,
    )
  }
  return say(
    `the native part of ${packageName} does not load in ${here}: ${text}`,
    'one that was built for it',
    rebuild,
  )
}

/** Which versions of Node-API it has been built for: `napi-v8`. */
const builtFor = (folder: string): string[] => {
  const lib = join(folder, 'lib')
  if (!existsSync(lib)) return []
  return readdirSync(lib).filter(name => existsSync(join(lib, name, 'tfjs_binding.node')))
}

const missingLibrary = (text: string): string =>
  text.match(/lib(tensorflow|cu|nv)[\w.-]*/)?.[0] ?? 'library of TensorFlow'

export function noGpu(packageName: PackageName): DlError {
  return new DlError('no-gpu', {
    problem: `TensorFlow sees no GPU that it could use with ${packageName}`,
    expected:
      'a CUDA GPU, its driver, and the CUDA and cuDNN libraries of the version that TensorFlow was built for',
    fix: "Look for 'Could not load dynamic library' above, set CUDA_VISIBLE_DEVICES=-1 to run it on the processor all the same, or import '@dl/backend-node'.",
  })
}
