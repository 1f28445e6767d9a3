import { library } from '../../scripts/tsup'

export default library({ entry: ['src/main.ts', 'src/net.ts'] })
