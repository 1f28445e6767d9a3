import { library } from '../scripts/tsup'

export default library({ entry: ['src/steps.ts', 'src/kernels.ts', 'src/text.ts'], dts: false })
