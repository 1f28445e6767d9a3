/**
 * `fit` in portions: its loader waits when so many batches are done, so that what is measured is
 * the loop that people use, and peers take their turn in between.
 */
import type { Callback } from '@dl/callbacks'
import type { Batch, DataLoader } from '@dl/data'
import { fit, type TrainableModel } from '@dl/train'
import type { Training } from './training'

export interface Portion {
  /** For one batch: all that fit does, data and callbacks included. */
  ms: number
  /** Of each batch. */
  items: number[]
  /** The share of the time outside of forward, backward and update. */
  outside: number
}

export interface GatedFit {
  run(batches: number): Promise<Portion>
  /** Ends fit; model and optimizer are freed. */
  stop(): Promise<void>
}

/** A portion in the making. */
interface Order {
  batches: number
  began: number
  items: number[]
  updates: number
  /** Milliseconds of forward, backward and update. */
  inside: number
  done(portion: Portion): void
  failed(error: unknown): void
}

export function gatedFit(training: Training): GatedFit {
  let order: Order | null = null
  let open = () => {}
  let stopped = false
  let failure: unknown

  /** Resolves when the next batch is wanted, or none any more. */
  const gate = async (): Promise<void> => {
    if (order !== null && order.items.length === order.batches) {
      finish(order)
      order = null
    }
    if (order !== null || stopped) return
    await new Promise<void>(resolve => {
      open = resolve
    })
  }

  const loader: DataLoader = {
    get length() {
      return training.loader.length
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<Batch> {
      const batches = training.loader[Symbol.asyncIterator]()
      for (;;) {
        await gate()
        const next = stopped ? null : await batches.next()
        if (next === null || next.done) return
        const { items } = next.value
        yield next.value
        order?.items.push(items)
      }
    },
  }

  const { lo, loss, onLoss } = training
  const model = watched(training, () => order)
  const callbacks = [{ name: 'losses', onBatchEnd: ctx => onLoss?.(ctx.loss) } satisfies Callback]
  const running = fit(model, { train: loader }, 1e6, lo, loss, { callbacks, skipNaN: true }).catch(
    error => {
      failure = error
      order?.failed(error)
    },
  )

  return {
    run: batches =>
      new Promise((done, failed) => {
        if (failure !== undefined) return failed(failure)
        const began = performance.now()
        order = { batches, began, items: [], updates: 0, inside: 0, done, failed }
        open()
      }),
    async stop() {
      stopped = true
      open()
      await running
      training.lo.dispose()
      training.model.dispose()
    },
  }
}

function finish({ batches, began, items, updates, inside, done, failed }: Order): void {
  const took = performance.now() - began
  // a loss that is not finite costs no update, which would look fast
  if (updates < batches)
    failed(new Error(`${batches - updates} of ${batches} batches had no update`))
  else done({ ms: took / batches, items, outside: 1 - inside / took })
}

/** The model, with a clock from the start of the forward pass to the end of the optimizer's update. */
function watched({ model, lo }: Training, order: () => Order | null): TrainableModel {
  let began = 0
  const step = lo.step.bind(lo)
  lo.step = grads => {
    step(grads)
    const now = order()
    if (now === null) return
    now.updates++
    now.inside += performance.now() - began
  }
  return {
    call(...inputs) {
      began = performance.now()
      return model.call(...inputs)
    },
    train: () => model.train(),
    eval: () => model.eval(),
    resetState: () => model.resetState(),
  }
}
