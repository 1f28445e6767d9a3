/** Registers every gradient: tfjs-core's own (it registers none by itself), then our repairs. */
import '#tfjs-gradients'
import { repairGradients } from './repairs'
import { saveShapesOnly } from './shape-only'

repairGradients()
saveShapesOnly()
