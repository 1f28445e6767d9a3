import { library } from '../../scripts/tsup'

// addons in dist/ are older than a build of the loader may be: see scripts/native/compile.mjs
export default library({ clean: ['!**/*.node', '!addons.json'] })
