import { library } from '../scripts/tsup'

// the programs that are killed are programs of their own
export default library({
  entry: ['src/main.ts', 'src/programs/*.ts'],
  // it is sources alone
  noExternal: ['@dl/example-kit'],
})
