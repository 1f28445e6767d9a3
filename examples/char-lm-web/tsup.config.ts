import { servedPage } from '../../scripts/tsup-page'

export default servedPage()
