import { library } from '../scripts/tsup'

export default library({
  entry: ['src/*.ts', 'src/peers/!(_)*.ts'],
  // devDependencies, which are bundled if nobody objects
  external: [/^@tensorflow\//, /^@jax-js\//],
})
