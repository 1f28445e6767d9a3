import { library } from '../scripts/tsup'

export default library({
  entry: ['src/*.ts', 'src/lesson7/main.ts', 'src/peers/!(_)*.ts'],
  // devDependencies, which are bundled if nobody objects
  // it is sources alone
  noExternal: ['@dl/example-kit'],
  external: [/^@tensorflow\//, /^@jax-js\//, 'esbuild'],
})
