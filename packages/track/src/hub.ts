/**
 * Models on the Hugging Face Hub. An entry of its own, `@dl/track/hub`: `@huggingface/hub` is installed
 * by those who publish.
 */
import { checkOptions, DlError } from '@dl/core'
import { createRepo, uploadFiles } from '@huggingface/hub'
import { type CardOptions, modelCard } from './model-card'
import { checkText } from './run'

export { type CardOptions, modelCard } from './model-card'

export interface PushOptions {
  /** By name in the repository: `{ 'model.safetensors': bytes }`. */
  files: Readonly<Record<string, Uint8Array | string | Blob>>
  /** Makes README.md, unless the files have one. */
  card?: CardOptions
  /** That may write. */
  token: string
  /** Of a repository that is new (default false). */
  isPrivate?: boolean
  /** What the commit says (default `Upload`). */
  message?: string
  /** Another Hub than huggingface.co. */
  hubUrl?: string
}

/**
 * Puts files and a model card into a repository, in one commit: all of them or none. A repository that
 * is not there yet is made.
 *
 * @param repo `user/name`
 * @returns its address
 * @throws DlError `bad-option`; `hub-failed` with what the Hub said
 *
 * @example
 * ```ts no-run
 * import { files } from '@dl/data'
 * import { pushToHub } from '@dl/track/hub'
 *
 * const weights = await files.readBytes('nietzsche.safetensors')
 * await pushToHub('somebody/nietzsche', {
 *   files: { 'model.safetensors': weights },
 *   card: { title: 'Writes like Nietzsche', tags: ['text-generation'], metrics: { valLoss: 1.25 } },
 *   token: 'hf_…',
 * })
 * ```
 */
export async function pushToHub(repo: string, options: PushOptions): Promise<string> {
  const known = ['files', 'card', 'token', 'isPrivate', 'message', 'hubUrl'] as const
  const checked = checkOptions('pushToHub', options, known)
  const { files, card, token, isPrivate = false, message = 'Upload' } = checked
  const { hubUrl = 'https://huggingface.co' } = checked
  if (!/^[\w.-]+\/[\w.-]+$/.test(repo)) {
    throw new DlError('bad-option', {
      problem: `the repository is "${repo}"`,
      expected: 'user/name',
    })
  }
  for (const [name, value] of Object.entries({ token, message, hubUrl })) {
    checkText('pushToHub', name, value)
  }
  const all: PushOptions['files'] = { ...(card && { 'README.md': modelCard(card) }), ...files }
  if (Object.keys(all).length === 0) {
    throw new DlError('bad-option', { problem: 'pushToHub got no files', expected: 'one at least' })
  }
  const where = { repo: { type: 'model', name: repo }, accessToken: token, hubUrl } as const
  try {
    await createRepo({ ...where, private: isPrivate }).catch(error => {
      // it is there already
      if (error.statusCode !== 409) throw error
    })
    await uploadFiles({
      ...where,
      commitTitle: message,
      files: Object.entries(all).map(([path, content]) => ({
        path,
        content: content instanceof Blob ? content : new Blob([content as BlobPart]),
      })),
    })
  } catch (cause) {
    throw new DlError('hub-failed', {
      problem: `${hubUrl} did not take ${repo}: ${(cause as Error).message}`,
      fix: 'Is the token one that may write there?',
      cause,
    })
  }
  return `${hubUrl}/${repo}`
}
