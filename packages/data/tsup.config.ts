import { library } from '../../scripts/tsup'

// package.json's `#files` chooses between the two variants where the package is used, not here.
export default library({
  entry: {
    index: 'src/index.ts',
    parquet: 'src/parquet.ts',
    'files-node': 'src/files/node.ts',
    'files-browser': 'src/files/browser.ts',
  },
  external: ['#files'],
})
