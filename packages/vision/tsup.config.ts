import { library } from '../../scripts/tsup'

// package.json's `#decode` chooses between the two variants where the package is used, not here.
export default library({
  entry: {
    index: 'src/index.ts',
    'decode-node': 'src/decode/node.ts',
    'decode-browser': 'src/decode/browser.ts',
  },
  external: ['#decode'],
})
