/**
 * The programs of single time steps, one launch each: a product with the recurrent weights in tiles
 * that a group shares, and behind it, in the same thread, the cell's arithmetic for one element of
 * the state. Forward a thread has all gates of its element, so the gates never leave it; backward
 * the product runs over the gradients of the gates of the step behind.
 */
import { ACTIVATIONS } from '../wgsl'

/** Sides of a tile: rows of the batch, elements of the state, terms of the sum. */
const TILE = 16
export const LANES: number = TILE * TILE

/** How many groups the elements of a state take. */
export const groupsOf = (batch: number, hidden: number): number =>
  Math.ceil(batch / TILE) * Math.ceil(hidden / TILE)

const PLACE = `
  let columns = (sizes.hidden + ${TILE - 1}u) / ${TILE}u;
  let row = lane / ${TILE}u;
  let column = lane % ${TILE}u;
  let b = (group / columns) * ${TILE}u + row;
  let j = (group % columns) * ${TILE}u + column;
  let inside = b < sizes.batch && j < sizes.hidden;
`

const each = (gates: number, code: (gate: number) => string): string =>
  Array.from({ length: gates }, (_, gate) => code(gate)).join('\n')

/**
 * sum0, sum1, …: the product of the last state and each gate's weights. `cell` computes on.
 * Buffers: wHh, h0, y, which the cell writes.
 */
const forward = (gates: number, cell: string): string => `
  ${ACTIVATIONS}
  var<workgroup> left: array<f32, ${LANES}>;
  var<workgroup> right: array<f32, ${LANES * gates}>;
  fn main(group: u32, lane: u32) {
    ${PLACE}
    let width = sizes.hidden * ${gates}u;
    let state = sizes.batch * sizes.hidden;
    ${each(gates, gate => `var sum${gate} = 0.;`)}
    for (var start = 0u; start < sizes.hidden; start += ${TILE}u) {
      var value = 0.;
      let term = start + column;
      if (b < sizes.batch && term < sizes.hidden) {
        if (sizes.time == 0u) { value = h0[b * sizes.hidden + term]; }
        else { value = y[(sizes.time - 1u) * state + b * sizes.hidden + term]; }
      }
      left[lane] = value;
      let known = start + row < sizes.hidden && j < sizes.hidden;
      let at = (start + row) * width + j;
      ${each(
        gates,
        gate => `
          if (known) { right[${gate * LANES}u + lane] = wHh[at + ${gate}u * sizes.hidden]; }
          else { right[${gate * LANES}u + lane] = 0.; }`,
      )}
      workgroupBarrier();
      for (var k = 0u; k < ${TILE}u; k++) {
        let x = left[row * ${TILE}u + k];
        ${each(gates, gate => `sum${gate} += x * right[${gate * LANES}u + k * ${TILE}u + column];`)}
      }
      workgroupBarrier();
    }
    if (!inside) { return; }
    let element = b * sizes.hidden + j;
    let now = sizes.time * state + element;
    ${cell}
  }
`

/** `flow`: the gradient of a state, by way of the step behind (or from outside) and of y. */
const backward = (gates: number, dh: string, cell: string): string => `
  ${ACTIVATIONS}
  var<workgroup> left: array<f32, ${LANES}>;
  var<workgroup> right: array<f32, ${(TILE + 1) * TILE}>;
  fn main(group: u32, lane: u32) {
    ${PLACE}
    let width = sizes.hidden * ${gates}u;
    let state = sizes.batch * sizes.hidden;
    var sum = 0.;
    if (sizes.behind < sizes.steps) {
      let first = (sizes.behind * sizes.batch + b) * width;
      let other = (group % columns) * ${TILE}u + row;
      for (var start = 0u; start < width; start += ${TILE}u) {
        let term = start + column;
        var value = 0.;
        if (b < sizes.batch && term < width) { value = dGates[first + term]; }
        left[lane] = value;
        value = 0.;
        if (other < sizes.hidden && term < width) { value = wHh[other * width + term]; }
        right[row * ${TILE + 1}u + column] = value;
        workgroupBarrier();
        for (var k = 0u; k < ${TILE}u; k++) {
          sum += left[row * ${TILE}u + k] * right[column * ${TILE + 1}u + k];
        }
        workgroupBarrier();
      }
    }
    if (!inside) { return; }
    let element = b * sizes.hidden + j;
    ${dh}
    ${cell}
  }
`

/** The bias of a gate, of those that are there. */
const bias = (names: readonly string[], gate: number): string =>
  names.map(name => ` + ${name}[${gate}u * sizes.hidden + j]`).join('')

/** A gate of this step in a buffer of [T, B, gates·H]. */
const gateAt = (buffer: string, gates: number, gate: number): string =>
  `${buffer}[(sizes.time * sizes.batch + b) * ${gates}u * sizes.hidden + ${gate}u * sizes.hidden + j]`

export const rnnStep = (biases: string[], relu: boolean): string =>
  forward(
    1,
    `let x = y[now] + sum0${bias(biases, 0)};
    y[now] = ${relu ? 'max(x, 0.)' : 'squash(x)'};`,
  )

export const lstmStep = (biases: string[]): string => {
  const gate = (at: number) => gateAt('gates', 4, at)
  const before = (at: number) => `${gate(at)} + sum${at}${bias(biases, at)}`
  return forward(
    4,
    `let i = sigmoid(${before(0)});
    let f = sigmoid(${before(1)});
    let g = squash(${before(2)});
    let o = sigmoid(${before(3)});
    var last = 0.;
    if (sizes.time == 0u) { last = c0[element]; } else { last = cells[now - state]; }
    let c = f * last + i * g;
    ${['i', 'f', 'g', 'o'].map((name, at) => `${gate(at)} = ${name};`).join('\n')}
    cells[now] = c;
    y[now] = o * squash(c);`,
  )
}

export const gruStep = (hasInputBias: boolean, hasHiddenBias: boolean): string => {
  const input = (at: number) => gateAt('inputs', 3, at) + bias(hasInputBias ? ['bIh'] : [], at)
  const hidden = (at: number) => `sum${at}${bias(hasHiddenBias ? ['bHh'] : [], at)}`
  return forward(
    3,
    `let r = sigmoid(${input(0)} + ${hidden(0)});
    let z = sigmoid(${input(1)} + ${hidden(1)});
    let own = ${hidden(2)};
    let n = squash(${input(2)} + r * own);
    var last = 0.;
    if (sizes.time == 0u) { last = h0[element]; } else { last = y[now - state]; }
    y[now] = n + z * (last - n);
    ${['r', 'z', 'n', 'own'].map((name, at) => `${gateAt('cache', 4, at)} = ${name};`).join('\n')}`,
  )
}

/** What comes from the step behind, or from outside at the last step; then y's own. */
const flow = (fromOutside: string, hasDy: boolean): string => `
    let now = sizes.time * state + element;
    var flow = sum;
    ${fromOutside && `if (sizes.behind == sizes.steps) { flow = ${fromOutside}; }`}
    ${hasDy ? 'flow += dy[now];' : ''}
`

export const rnnStepBack = (relu: boolean, hasDy: boolean, hasDh: boolean): string =>
  backward(
    1,
    flow(hasDh ? 'dhN[element]' : '', hasDy),
    `let h = y[now];
    dGates[now] = flow * ${relu ? 'select(0., 1., h > 0.)' : '(1. - h * h)'};`,
  )

export const lstmStepBack = (hasDy: boolean, hasDh: boolean): string => {
  const gate = (at: number) => gateAt('gates', 4, at)
  const out = (at: number) => gateAt('dGates', 4, at)
  return backward(
    4,
    flow(hasDh ? 'dhN[element]' : '', hasDy),
    `let i = ${gate(0)};
    let f = ${gate(1)};
    let g = ${gate(2)};
    let o = ${gate(3)};
    let squashed = squash(cells[now]);
    var last = 0.;
    if (sizes.time == 0u) { last = c0[element]; } else { last = cells[now - state]; }
    let d = dc[element] + flow * o * (1. - squashed * squashed);
    ${out(0)} = d * g * i * (1. - i);
    ${out(1)} = d * last * f * (1. - f);
    ${out(2)} = d * i * (1. - g * g);
    ${out(3)} = flow * squashed * o * (1. - o);
    dc[element] = d * f;`,
  )
}

/** `kept` is what flows past the gates: z of the gradient, at first that from outside. */
export const gruStepBack = (hasDy: boolean): string => {
  const cached = (at: number) => gateAt('cache', 4, at)
  return backward(
    3,
    `${flow('', hasDy)}
    flow += kept[element];`,
    `let r = ${cached(0)};
    let z = ${cached(1)};
    let n = ${cached(2)};
    var last = 0.;
    if (sizes.time == 0u) { last = h0[element]; } else { last = y[now - state]; }
    let dn = flow * (1. - z) * (1. - n * n);
    let dz = flow * (last - n) * z * (1. - z);
    let dr = dn * ${cached(3)} * r * (1. - r);
    ${['dr', 'dz', 'dn'].map((name, at) => `${gateAt('dInputs', 3, at)} = ${name};`).join('\n')}
    ${['dr', 'dz', 'dn * r'].map((name, at) => `${gateAt('dGates', 3, at)} = ${name};`).join('\n')}
    kept[element] = flow * z;`,
  )
}

/** The gradient of the initial state, behind the first step. */
export const initialBack = (gates: number, hasKept: boolean): string =>
  backward(gates, '', `out[element] = sum${hasKept ? ' + kept[element]' : ''};`)
