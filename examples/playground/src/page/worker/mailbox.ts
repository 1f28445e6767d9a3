/** Orders that wait until the run has time for them. */
export interface Mailbox<Order> {
  put(order: Order): void
  next(): Order | undefined
  /** Settles when the next order comes. */
  arrival(): Promise<void>
}

export function mailbox<Order>(): Mailbox<Order> {
  const orders: Order[] = []
  let wake: (() => void) | null = null
  return {
    put(order) {
      orders.push(order)
      wake?.()
    },
    next: () => orders.shift(),
    arrival: () =>
      new Promise(resolve => {
        wake = resolve
      }),
  }
}
