import { encodeSafetensors, fileKind } from '@dl/data'
import { describe, expect, it } from 'vitest'

const kindOf = (start: string) =>
  fileKind(Uint8Array.from(start, letter => letter.charCodeAt(0)))?.kind ?? null

describe('fileKind', () => {
  it.each([
    ['lfs', 'version https://git-lfs.github.com/spec/v1\noid'],
    ['html', '<!DOCTYPE html>'],
    ['html', '\r\n  <HTML lang="en">'],
    ['html', '\xef\xbb\xbf<!-- a remark --><html>'],
    ['xml', '<?xml version="1.0" encoding="UTF-8"?>'],
    ['json', '{"error": "Not Found"}'],
    ['json', '[\n  {'],
    ['zip', 'PK\x03\x04\x14\0'],
    ['gzip', '\x1f\x8b\x08'],
    ['bzip2', 'BZh91AY&SY'],
    ['xz', '\xfd7zXZ\0'],
    ['7z', "7z\xbc\xaf'\x1c"],
    ['zstd', '(\xb5/\xfd'],
    ['rar', 'Rar!\x1a\x07\x01\0'],
    ['tar', `${'a.txt'.padEnd(257, '\0')}ustar`],
    ['pickle', '\x80\x02\x8a\x0a'],
    ['hdf5', '\x89HDF\r\n\x1a\n'],
    ['npy', '\x93NUMPY'],
    ['gguf', 'GGUF'],
    [null, ''],
    [null, 'plain text'],
    [null, '\x89PNG\r\n\x1a\n'],
    [null, '\xff\xd8\xff\xe0'],
    [null, '(a text in brackets)'],
  ])('sees %s in %j', (kind, start) => {
    expect(kindOf(start)).toBe(kind)
  })

  it('sees nothing in a good file', () => {
    expect(fileKind(encodeSafetensors({}, { a: 'b' }))).toBe(null)
  })
})
