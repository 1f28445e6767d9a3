import { terminateOnNaN } from '@dl/callbacks'
import { expect, test } from 'vitest'
import { rehearse } from './rehearsal'

test('says where the loss broke', async () => {
  const run = rehearse([terminateOnNaN()], {
    epochs: 3,
    batches: 4,
    loss: step => (step === 5 ? Number.NaN : 1),
  })
  await expect(run).rejects.toMatchObject({ code: 'nan-loss' })
  await expect(run).rejects.toThrowErrorMatchingInlineSnapshot(
    `[DlError: the loss of batch 2 of 4 in epoch 1 is NaN (lr 0.01); expected a finite number. Try a lower lr, gradient clipping (clip: 0.25), or a shorter bptt; also look for NaN in the data.]`,
  )
})

test('an infinite loss counts, a large one does not', async () => {
  const run = (loss: number) => rehearse([terminateOnNaN()], { loss: () => loss })
  await expect(run(Number.POSITIVE_INFINITY)).rejects.toThrow('is Infinity')
  await expect(run(1e30)).resolves.toMatchObject({ reason: null })
})
