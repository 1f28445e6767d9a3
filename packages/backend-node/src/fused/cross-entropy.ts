/**
 * Cross-entropy and its gradient (contract: @dl/core's `crossEntropy`). TensorFlow's own
 * SparseSoftmaxCrossEntropyWithLogits tells no digits of a loss near 0, and fails on labels that are
 * to be ignored.
 */
import { DlError } from '@dl/core'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { BOOL, type Call, FLOAT, INT } from '../call'
import type { Handle } from '../tensorflow'
import { add, bend, mul, sub, sum } from './operations'

export function crossEntropy(call: Call): TensorInfo[] {
  const classes = call.shape('logits')[1]!
  checkLabels(call, classes)
  const x = call.input('logits')
  const peak = call.run('Max', { T: FLOAT, Tidx: INT, keep_dims: true }, x, call.ints(1))
  const powers = bend(call, 'Exp', sub(call, x, peak))
  const [chosen, zero] = [hot(call, classes), call.float(0)]
  // not products with 0 and 1: a logit of −∞ is no NaN
  const others = sum(call, select(call, chosen, zero, powers), 1)
  const label = sum(call, select(call, chosen, x, zero), 1)
  const peaks = call.reshape(peak, [-1])
  const distance = sub(call, peaks, label)
  const rest = bend(call, 'Expm1', bend(call, 'Neg', distance))
  const losses = add(call, distance, bend(call, 'Log1p', add(call, others, rest)))
  const labels = call.input('labels')
  const inside = call.run(
    'LogicalAnd',
    {},
    call.run('GreaterEqual', { T: INT }, labels, call.int(0)),
    call.run('Less', { T: INT }, labels, call.int(classes)),
  )
  const honest = select(call, inside, losses, call.float(Number.NaN))
  const counted = isCounted(call)
  const rows = select(call, counted, honest, zero)
  const { reduction } = call.attrs
  const total = reduction === 'none' ? rows : sum(call, rows, 0)
  const loss = reduction === 'mean' ? mul(call, total, share(call, counted)) : total
  return [loss, peaks, others].map(handle => call.output(handle))
}

export function crossEntropyGrad(call: Call): TensorInfo {
  const column = (x: Handle, T = FLOAT) => call.reshape(x, [-1, 1], T)
  const powers = bend(call, 'Exp', sub(call, call.input('logits'), column(call.input('peak'))))
  const [chosen, zero] = [hot(call, call.shape('logits')[1]!), call.float(0)]
  const rest = column(call.input('others'))
  const total = add(call, rest, sum(call, select(call, chosen, powers, zero), 1, true))
  const counted = isCounted(call)
  const dy = call.input('dy')
  const perRow = call.attrs.reduction === 'mean' ? mul(call, dy, share(call, counted)) : dy
  const flow = call.attrs.reduction === 'none' ? column(perRow) : perRow
  const scale = call.run('Div', { T: FLOAT }, flow, total)
  const slopes = mul(call, select(call, chosen, bend(call, 'Neg', rest), powers), scale)
  // whatever stands in a row that does not count
  return call.output(select(call, column(counted, BOOL), slopes, zero))
}

const select = (call: Call, where: Handle, yes: Handle, no: Handle): Handle =>
  call.run('SelectV2', { T: FLOAT }, where, yes, no)

/** Where each row's label stands. */
const hot = (call: Call, classes: number): Handle => {
  const numbers = call.run('Range', { Tidx: INT }, call.int(0), call.int(classes), call.int(1))
  const labels = call.reshape(call.input('labels'), [-1, 1], INT)
  return call.run('Equal', { T: INT }, labels, numbers)
}

const isCounted = (call: Call): Handle =>
  call.run('NotEqual', { T: INT }, call.input('labels'), call.int(call.attrs.ignoreIndex))

/** What one counted row is of the mean. */
const share = (call: Call, counted: Handle): Handle =>
  bend(call, 'Reciprocal', sum(call, call.run('Cast', { SrcT: BOOL, DstT: FLOAT }, counted), 0))

/** On the processor, where looking at them costs nothing; a GPU would wait for it. */
function checkLabels(call: Call, classes: number): void {
  const { ignoreIndex } = call.attrs
  const values = call.valuesAtHand('labels')
  const bad = values?.findIndex(x => x !== ignoreIndex && !(x >= 0 && x < classes)) ?? -1
  if (bad < 0) return
  throw new DlError('bad-label', {
    problem: `the label of row ${bad} is ${values![bad]}`,
    expected: `a class from 0 to ${classes - 1}, or the ignored index ${ignoreIndex}`,
    fix: 'Check that the model has as many outputs as there are classes.',
  })
}
