/** What `npm run new` can make. */
import * as ofBackend from './backend.mjs'
import * as ofCallback from './callback.mjs'
import * as ofDataset from './dataset.mjs'
import * as ofLayer from './layer.mjs'
import * as ofMetric from './metric.mjs'
import * as ofPackage from './package.mjs'
import * as ofTransform from './transform.mjs'

/**
 * @typedef {object} Plan
 * @property {Record<string, string>} files new ones, by path
 * @property {Record<string, import('./edits.mjs').Edit>} edits of files that are there
 * @property {string} [index] the file whose exports must not have the name yet
 * @property {boolean} [needsInstall] whether there is another package to link
 * @property {string} test
 * @property {string} [project] of vitest that runs it (default cpu)
 *
 * @typedef {(names: import('./names.mjs').Names) => Plan} Template
 */

/** @type {Record<string, { about: string, make: Template }>} */
export const templates = {
  backend: { about: ofBackend.about, make: ofBackend.backend },
  callback: { about: ofCallback.about, make: ofCallback.callback },
  dataset: { about: ofDataset.about, make: ofDataset.dataset },
  layer: { about: ofLayer.about, make: ofLayer.layer },
  metric: { about: ofMetric.about, make: ofMetric.metric },
  package: { about: ofPackage.about, make: ofPackage.newPackage },
  transform: { about: ofTransform.about, make: ofTransform.transform },
}
