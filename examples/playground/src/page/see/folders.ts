/** Files with the folders they are in, however they came. */
export interface Filed {
  file: File
  folder: string
}

/** Of `<input webkitdirectory>`: the last folder of each path names the class. */
export const filesOf = (list: FileList): Filed[] =>
  [...list].map(file => ({ file, folder: file.webkitRelativePath.split('/').at(-2) ?? '' }))

/** Of a drop, folders walked through; `folder` is empty for files that were dropped by themselves. */
export async function droppedFiles({ items, files }: DataTransfer): Promise<Filed[]> {
  const entries = [...items].flatMap(item => item.webkitGetAsEntry?.() ?? [])
  if (entries.length === 0) return [...files].map(file => ({ file, folder: '' }))
  return (await Promise.all(entries.map(entry => walk(entry, '')))).flat()
}

async function walk(entry: FileSystemEntry, folder: string): Promise<Filed[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      ;(entry as FileSystemFileEntry).file(resolve, reject)
    })
    return [{ file, folder }]
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  const found: Filed[] = []
  for (;;) {
    // a hundred at a time
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject)
    })
    if (some.length === 0) return found
    found.push(...(await Promise.all(some.map(one => walk(one, entry.name)))).flat())
  }
}
