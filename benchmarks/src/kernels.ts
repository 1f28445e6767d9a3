/** Matrix products as training has them. `npm run bench -- kernels` */
import { matMul, randomUniform, tidy } from '@tensorflow/tfjs-core'
import { median, type Row, suite } from './_suite'

const SIZES = [
  { m: 64, n: 64, k: 64 },
  { m: 256, n: 256, k: 256 },
  { m: 1024, n: 1024, k: 1024 },
  { m: 1024, n: 1024, k: 1024, transposeA: true },
  { m: 1024, n: 1024, k: 1024, transposeB: true },
  { m: 64, n: 2048, k: 512 },
  { m: 512, n: 768, k: 256 },
]

await suite(async ({ quick }) => {
  const rows: Row[] = []
  for (const { m, n, k, transposeA = false, transposeB = false } of SIZES) {
    const a = randomUniform(transposeA ? [k, m] : [m, k])
    const b = randomUniform(transposeB ? [n, k] : [k, n])
    const times: number[] = []
    for (let i = 0; i < (quick ? 3 : 9); i++) {
      const start = performance.now()
      tidy(() => matMul(a, b, transposeA, transposeB))
      // the first run warms up
      if (i > 0) times.push(performance.now() - start)
    }
    const ms = median(times)
    const name = `matMul ${m}×${k}·${k}×${n}${transposeA ? ' Aᵀ' : ''}${transposeB ? ' Bᵀ' : ''}`
    rows.push({ name, ms, gflops: (2 * m * n * k) / ms / 1e6 })
    a.dispose()
    b.dispose()
  }
  return rows
})
