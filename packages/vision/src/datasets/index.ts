import { cifar10 } from './cifar10'
import { mnist } from './mnist'
import { shapes } from './shapes'

/**
 * Known sets of pictures, ready for {@link ImageClassifierData}: from the folder `DL_DATA`, else
 * from the cache, else downloaded; `shapes` are made.
 */
export const datasets = { cifar10, mnist, shapes }
