/** What the tests of the page's views share. */
import type { Page } from 'playwright'

export const state = (page: Page, wanted: string) =>
  page.locator(`body[data-state=${wanted}]`).waitFor()

/** Batches that the page has shown. */
export const stepOf = (page: Page) => page.evaluate(() => Number(document.body.dataset.step ?? 0))

export const atStep = (page: Page, step: number) =>
  page.waitForFunction(step => Number(document.body.dataset.step) >= step, step)

export const complains = (page: Page, words: string | RegExp) =>
  page.locator('#problem-text', { hasText: words }).waitFor()
