import { cosAnneal, inTerminal, progress } from '@dl/callbacks'
import { afterEach, expect, test, vi } from 'vitest'
import { optimizer, rehearse } from '../rehearsal'

/** A clock that stands still until told, and a stream that remembers. */
function stage(terminal: { isTTY?: boolean; columns?: number } = {}) {
  let now = 0
  let text = ''
  return {
    stream: {
      ...terminal,
      write(more: string) {
        text += more
      },
    },
    now: () => now,
    pass(milliseconds: number) {
      now += milliseconds
    },
    text: () => text,
    // what a reader of the snapshot can see
    shown: () => text.replaceAll('\r\x1b[2K', '⌫').replaceAll('\x1b', '␛').split('⌫').join('\n⌫'),
  }
}

const results = (epoch: number) => ({ valLoss: 2.5 - epoch, accuracy: 0.25 })

test('a terminal: a bar that is redrawn and erased, then the row', async () => {
  const lo = optimizer(0.01)
  const { stream, now, pass, shown } = stage({ isTTY: true, columns: 90 })
  await rehearse([progress({ stream, now, color: false }), cosAnneal(lo)], {
    epochs: 2,
    batches: 4,
    lo,
    tick: () => pass(500),
    loss: step => 4 - step / 4,
    validate: results,
  })
  expect(shown()).toMatchInlineSnapshot(`
    "
    ⌫epoch 0 (1/2)  ████▌░░░░░░░░░░░░░  1/4  loss 4.0000  0:02 left  lr 0.01     2.0 batches/s
    ⌫epoch 0 (1/2)  █████████░░░░░░░░░  2/4  loss 3.8737  0:01 left  lr 0.00854  2.0 batches/s
    ⌫epoch 0 (1/2)  █████████████▌░░░░  3/4  loss 3.7466  0:01 left  lr 0.005    2.0 batches/s
    ⌫epoch 0 (1/2)  ██████████████████  4/4  loss 3.6187  0:00 left  lr 0.00146  2.0 batches/s
    ⌫epoch 0 (1/2)  ██████████████████████████████  validating
    ⌫epoch    trn_loss    val_loss    accuracy        time
        0    3.618687    2.500000    0.250000        0:02  cycle 0 ends

    ⌫epoch 1 (2/2)  ████▌░░░░░░░░░░░░░  1/4  loss 3.4899  0:02 left  lr 0.01     2.0 batches/s
    ⌫epoch 1 (2/2)  █████████░░░░░░░░░  2/4  loss 3.3603  0:01 left  lr 0.00854  2.0 batches/s
    ⌫epoch 1 (2/2)  █████████████▌░░░░  3/4  loss 3.2298  0:01 left  lr 0.005    2.0 batches/s
    ⌫epoch 1 (2/2)  ██████████████████  4/4  loss 3.0985  0:00 left  lr 0.00146  2.0 batches/s
    ⌫epoch 1 (2/2)  ██████████████████████████████  validating
    ⌫    1    3.098496    1.500000    0.250000        0:02  cycle 1 ends
    "
  `)
})

test('redraws ten times a second at most, but always shows the last batch', async () => {
  const { stream, now, pass, text } = stage({ isTTY: true })
  await rehearse([progress({ stream, now, color: false })], { batches: 1001, tick: () => pass(1) })
  const drawings = text().split('\r\x1b[2K')
  expect(drawings.length).toBeLessThan(15)
  expect(text()).toContain('1001/1001')
})

test('a terminal that does not know its width gets 80 columns', async () => {
  const { stream, now, text } = stage({ isTTY: true, columns: 0 })
  await rehearse([progress({ stream, now, color: false })], { batches: 1 })
  expect(text().split('\r\x1b[2K')[1]).toHaveLength(79)
})

test('the time left follows the measured pace, also after a slow start', async () => {
  const { stream, now, pass, text } = stage({ isTTY: true, columns: 100 })
  let batch = 0
  await rehearse([progress({ stream, now, color: false })], {
    batches: 200,
    tick: () => pass(batch++ === 0 ? 20_000 : 1000),
  })
  const left = (done: number) => text().match(new RegExp(` ${done}/200 .*?(\\S+) left`))?.[1]
  expect(left(1)).toBe('1:06:20')
  expect(left(150)).toBe('0:50')
  expect(left(200)).toBe('0:00')
})

test('elsewhere: plain lines, rarely', async () => {
  const { stream, now, pass, shown } = stage()
  await rehearse([progress({ stream, now })], {
    epochs: 2,
    batches: epoch => (epoch === 0 ? 3 : 90),
    tick: () => pass(800),
    loss: () => 2,
    validate: results,
  })
  expect(shown()).toMatchInlineSnapshot(`
    "epoch    trn_loss    val_loss    accuracy        time
        0    2.000000    2.500000    0.250000        0:02
    epoch 1 (2/2)  13/90  loss 2.0000  1:02 left  lr 0.01     1.3 batches/s
    epoch 1 (2/2)  26/90  loss 2.0000  0:51 left  lr 0.01     1.3 batches/s
    epoch 1 (2/2)  39/90  loss 2.0000  0:41 left  lr 0.01     1.3 batches/s
    epoch 1 (2/2)  52/90  loss 2.0000  0:30 left  lr 0.01     1.3 batches/s
    epoch 1 (2/2)  65/90  loss 2.0000  0:20 left  lr 0.01     1.3 batches/s
    epoch 1 (2/2)  78/90  loss 2.0000  0:10 left  lr 0.01     1.3 batches/s
        1    2.000000    1.500000    0.250000        1:12
    "
  `)
})

test('a stream, whose length nobody knows, has no bar and no time left', async () => {
  const stream = { batches: 30, announced: Number.POSITIVE_INFINITY }
  const terminal = stage({ isTTY: true, columns: 80 })
  await rehearse([progress({ stream: terminal.stream, now: terminal.now, color: false })], {
    ...stream,
    batches: 2,
    tick: () => terminal.pass(500),
  })
  expect(terminal.shown()).toMatchInlineSnapshot(`
    "
    ⌫epoch 0 (1/1)  batch 1  loss 1.0000  lr 0.01     2.0 batches/s
    ⌫epoch 0 (1/1)  batch 2  loss 1.0000  lr 0.01     2.0 batches/s
    ⌫epoch    trn_loss        time
        0    1.000000        0:01
    "
  `)
  const plain = stage()
  await rehearse([progress({ stream: plain.stream, now: plain.now })], {
    ...stream,
    tick: () => plain.pass(800),
  })
  expect(plain.shown()).toMatchInlineSnapshot(`
    "epoch 0 (1/1)  batch 13  loss 1.0000  lr 0.01     1.3 batches/s
    epoch 0 (1/1)  batch 26  loss 1.0000  lr 0.01     1.3 batches/s
    epoch    trn_loss        time
        0    1.000000        0:24
    "
  `)
})

test('a program is in a terminal where both its streams are one', async () => {
  const host = (stdout: boolean, stderr: boolean) =>
    vi.stubGlobal('process', { stdout: { isTTY: stdout }, stderr: { isTTY: stderr } })
  const found = [
    [true, true],
    [true, false],
    [false, true],
  ].map(([out, err]) => {
    host(out!, err!)
    return inTerminal()
  })
  vi.stubGlobal('process', undefined)
  const page = inTerminal()
  vi.unstubAllGlobals()
  expect([...found, page]).toEqual([true, false, false, false])
})

test('colour is for terminals, and NO_COLOR says no', async ctx => {
  ctx.skip(!('process' in globalThis), 'a page has no environment variables')
  const run = async (env: string, terminal: { isTTY?: boolean }) => {
    vi.stubEnv('NO_COLOR', env)
    vi.stubEnv('TERM', 'xterm')
    const { stream, now, text } = stage(terminal)
    await rehearse([progress({ stream, now })], { batches: 2 })
    return text().includes('\x1b[36m')
  }
  expect(await run('', { isTTY: true })).toBe(true)
  expect(await run('1', { isTTY: true })).toBe(false)
  expect(await run('', {})).toBe(false)
})

test('a dumb terminal gets plain lines', async ctx => {
  ctx.skip(!('process' in globalThis), 'a page has no environment variables')
  vi.stubEnv('TERM', 'dumb')
  const { stream, now, text } = stage({ isTTY: true })
  await rehearse([progress({ stream, now })], { batches: 2 })
  expect(text()).not.toContain('\x1b')
})

test('without a process the console is written to', async () => {
  const log = vi.spyOn(console, 'log').mockImplementation(() => {})
  vi.stubGlobal('process', undefined)
  const callback = progress()
  await rehearse([callback], { batches: 1 })
  vi.unstubAllGlobals()
  expect(log.mock.calls.map(([line]) => line)).toEqual([
    'epoch    trn_loss        time',
    '    0    1.000000        0:00',
  ])
})

test('the header comes again when the columns change', async () => {
  const { stream, now, text } = stage()
  await rehearse([progress({ stream, now })], {
    epochs: 3,
    validate: epoch => (epoch === 0 ? ({} as Record<string, number>) : { valLoss: 1.5 }),
  })
  expect(
    text()
      .split('\n')
      .map(line => line.trim().split(/ +/)[0]),
  ).toEqual(['epoch', '0', 'epoch', '1', '2', ''])
})

test('the bar goes away when training breaks', async () => {
  const { stream, now, text } = stage({ isTTY: true })
  const broken = {
    name: 'broken',
    order: 5,
    onBatchEnd() {
      throw new Error('out of memory')
    },
  }
  await expect(rehearse([progress({ stream, now }), broken])).rejects.toThrow('memory')
  expect(text().endsWith('\r\x1b[2K')).toBe(true)
})

afterEach(() => {
  vi.unstubAllEnvs()
  vi.restoreAllMocks()
})
