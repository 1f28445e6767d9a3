/**
 * What the three recurrent cells compute in one step, as GLSL. A place j of the hidden state has a
 * vec4 of its gates: i, f, g, o of an LSTM, r, z, n and the hidden part of n of a GRU, and in a plain
 * net one number only.
 */
export interface Cell {
  gates: 1 | 3 | 4
  /** Whether the bias of the hidden projection is added to that of the input. */
  joinsBiases: boolean
  /** Whether there is a second state, an LSTM's cell. */
  hasCell: boolean
  /**
   * The step: from `inputs` and `hidden` (vec4, both projections), `h` and `c` (the states before)
   * to `gates`, `hNew` and `cNew`.
   */
  step: string
  /**
   * Its gradient: from `flow` (of h), `carried` (of the cell, or of h past the gates), `gates`, `h`
   * and `c` before, `hNow` and `cNow` after, to `slopes` and `carry`.
   */
  slope: string
  /** Gradients of the hidden projection, of those in `slopes`. */
  hidden: string
  /** Whether `carry` flows to h, not to c. */
  carriesHidden: boolean
}

const lstm: Cell = {
  gates: 4,
  joinsBiases: true,
  hasCell: true,
  step: `
    vec4 sums = inputs + hidden;
    gates = vec4(sigmoid(sums.x), sigmoid(sums.y), tangent(sums.z), sigmoid(sums.w));
    cNew = gates.y * c + gates.x * gates.z;
    hNew = gates.w * tangent(cNew);
  `,
  slope: `
    float squashed = tangent(cNow);
    float dc = carried + flow * gates.w * (1. - squashed * squashed);
    slopes = vec4(
      dc * gates.z * gates.x * (1. - gates.x),
      dc * c * gates.y * (1. - gates.y),
      dc * gates.x * (1. - gates.z * gates.z),
      flow * squashed * gates.w * (1. - gates.w)
    );
    carry = dc * gates.y;
  `,
  hidden: 'slopes',
  carriesHidden: false,
}

const gru: Cell = {
  gates: 3,
  joinsBiases: false,
  hasCell: false,
  step: `
    float r = sigmoid(inputs.x + hidden.x);
    float z = sigmoid(inputs.y + hidden.y);
    float n = tangent(inputs.z + r * hidden.z);
    gates = vec4(r, z, n, hidden.z);
    hNew = n + z * (h - n);
  `,
  slope: `
    flow += carried;
    float dn = flow * (1. - gates.y) * (1. - gates.z * gates.z);
    float dz = flow * (h - gates.z) * gates.y * (1. - gates.y);
    float dr = dn * gates.w * gates.x * (1. - gates.x);
    slopes = vec4(dr, dz, dn, dn * gates.x);
    carry = flow * gates.y;
  `,
  hidden: 'vec4(slopes.xyw, 0.)',
  carriesHidden: true,
}

const rnn = (step: string, slope: string): Cell => ({
  gates: 1,
  joinsBiases: true,
  hasCell: false,
  step: `
    gates = vec4(0.);
    hNew = ${step};
  `,
  slope: `
    slopes = vec4(flow * ${slope}, 0., 0., 0.);
    carry = 0.;
  `,
  hidden: 'slopes',
  carriesHidden: false,
})

export const cells = {
  DlLstm: lstm,
  DlGru: gru,
  tanh: rnn('tangent(inputs.x + hidden.x)', '(1. - hNow * hNow)'),
  // max() of a NaN may be either
  relu: rnn(
    '(inputs.x + hidden.x < 0. ? 0. : inputs.x + hidden.x)',
    '(hNow > 0. ? 1. : hNow <= 0. ? 0. : hNow)',
  ),
}

/** As tfjs's programs have them: the browser's own tanh overflows on some cards. `power` is e^x. */
export const SQUASH = `
  float sigmoid(float x) { return 1. / (1. + power(-x)); }
  float tangent(float x) {
    float e = power(-2. * abs(x));
    float size = (1. - e) / (1. + e);
    return x < 0. ? -size : size;
  }
`
