/** Registers every gradient: tfjs-core's own (it registers none by itself), then our repairs. */
// before Node's prebundled registrations, which hold a copy of the Tensor class: the first to load
// makes the engine, and with it all tensors, and only tfjs-core's own class has clone and print
import '@tensorflow/tfjs-core'
import '#tfjs-gradients'
import { checkTfjsVersion } from '../tfjs-version'
import { repairGradients } from './repairs'
import { saveShapesOnly } from './shape-only'

checkTfjsVersion()
repairGradients()
saveShapesOnly()
