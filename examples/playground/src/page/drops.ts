/** Files that come from outside: dropped on the page, or chosen. */
import { element } from './dom'
import { problem } from './problem'
import { droppedFiles, type Filed } from './see/folders'
import type { SeeView } from './see/view'
import type { Store } from './store'
import type { WriteView } from './write/view'

/** What is dropped goes where it belongs: text to the first view, pictures and weights to the last. */
export function drops(write: WriteView, see: SeeView, store: Store): void {
  const take = async (files: readonly Filed[]) => {
    const [first] = files
    if (first === undefined) return
    if (files.some(({ folder }) => folder !== '')) {
      store.set({ view: 'see' })
      await see.takeFolders(files)
    } else if (isForEyes(first.file)) {
      store.set({ view: 'see' })
      await see.takeFile(first.file)
    } else {
      await write.takeFile(first.file)
      store.set({ view: 'write' })
    }
  }
  document.addEventListener('dragover', event => {
    event.preventDefault()
    document.body.classList.add('dropping')
  })
  document.addEventListener('dragleave', () => document.body.classList.remove('dropping'))
  document.addEventListener('drop', event => {
    event.preventDefault()
    document.body.classList.remove('dropping')
    if (event.dataTransfer) droppedFiles(event.dataTransfer).then(take).catch(problem)
  })
  const input = element('file', HTMLInputElement)
  element('open-file', HTMLButtonElement).addEventListener('click', () => input.click())
  input.addEventListener('change', () => {
    const file = input.files?.[0]
    input.value = ''
    if (file) write.takeFile(file).catch(problem)
  })
}

const isForEyes = ({ name, type }: File): boolean =>
  type.startsWith('image/') || /\.(safetensors|pth?|th)$/i.test(name)
