/** The state of the page, kept in its address. */
import { addressOf, type State } from './address'

type Listener = (state: State, changed: ReadonlySet<keyof State>) => void

export interface Store {
  readonly state: State
  set(changes: Partial<State>): void
  /** The same without telling anybody: for whoever has acted already. */
  note(changes: Partial<State>): void
  /** Called after each change with what is another than before. */
  onChange(listener: Listener): void
}

export function storeOf(initial: State): Store {
  let state = initial
  const listeners: Listener[] = []
  const note = (changes: Partial<State>) => {
    state = { ...state, ...changes }
    // a dragged slider would fill the history
    history.replaceState(null, '', addressOf(state))
  }
  return {
    get state() {
      return state
    },
    note,
    set(changes) {
      const names = Object.keys(changes) as (keyof State)[]
      const changed = new Set(names.filter(name => changes[name] !== state[name]))
      if (changed.size === 0) return
      note(changes)
      for (const listener of listeners) listener(state, changed)
    },
    onChange: listener => void listeners.push(listener),
  }
}
