/** Two classes recorded from the camera, as long as their buttons are held. */
import { DlError } from '@dl/core'
import { element } from '../dom'
import { problem } from '../problem'
import { requireEnough, SIDE, squareOf } from './own-pictures'
import type { OwnPictures } from './protocol'

const EVERY_MS = 100
const MOST_OF_EACH = 120

/** @param learn takes what was recorded */
export function camera(learn: (own: OwnPictures) => void): void {
  const [panel, video] = [element('recorder', HTMLElement), element('video', HTMLVideoElement)]
  const buttons = [0, 1].map(i => element(`record-${i}`, HTMLButtonElement))
  const done = element('record-done', HTMLButtonElement)
  let own: OwnPictures = { classes: [], images: [], labels: [] }
  let stream: MediaStream | null = null
  /** Of each button: one loses the focus after the other is pressed. */
  const timers = [0, 0]

  const countOf = (label: number) => own.labels.filter(one => one === label).length
  const showCounts = () => {
    for (const [i, button] of buttons.entries()) {
      button.querySelector('span')!.textContent = String(countOf(i))
    }
    done.disabled = Math.min(countOf(0), countOf(1)) === 0
  }
  const close = () => {
    for (const timer of timers) clearInterval(timer)
    for (const track of stream?.getTracks() ?? []) track.stop()
    stream = null
    panel.hidden = true
  }
  const open = async () => {
    if (!navigator.mediaDevices) {
      throw new DlError('no-camera', {
        problem: 'this page may use no camera',
        expected: 'an address with https: or localhost',
      })
    }
    stream = await navigator.mediaDevices
      .getUserMedia({ video: { width: 4 * SIDE } })
      .catch(cause => {
        throw new DlError('no-camera', {
          problem: `the camera cannot be used: ${(cause as Error).message}`,
          fix: 'Allow it in the browser, or drop folders of pictures.',
          cause,
        })
      })
    own = { classes: ['the one', 'the other'], images: [], labels: [] }
    video.srcObject = stream
    await video.play()
    showCounts()
    panel.hidden = false
  }
  for (const [label, button] of buttons.entries()) {
    const record = () => {
      if (countOf(label) >= MOST_OF_EACH) return
      own.images.push(squareOf(video, { width: video.videoWidth, height: video.videoHeight }))
      own.labels.push(label)
      showCounts()
    }
    const begin = () => {
      clearInterval(timers[label])
      record()
      timers[label] = window.setInterval(record, EVERY_MS)
    }
    button.addEventListener('pointerdown', begin)
    button.addEventListener('keydown', event => {
      if (event.key === ' ' && !event.repeat) begin()
    })
    for (const event of ['pointerup', 'pointerleave', 'keyup', 'blur']) {
      button.addEventListener(event, () => clearInterval(timers[label]))
    }
  }
  done.addEventListener('click', () => {
    try {
      requireEnough(own)
      close()
      learn(own)
    } catch (error) {
      problem(error)
    }
  })
  element('record-close', HTMLButtonElement).addEventListener('click', close)
  element('camera', HTMLButtonElement).addEventListener('click', () => void open().catch(problem))
}
