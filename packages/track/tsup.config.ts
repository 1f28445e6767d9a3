import { library } from '../../scripts/tsup'

export default library({ entry: ['src/index.ts', 'src/hub.ts'] })
