export { starter, TEMPLATES, type TemplateName } from './starter'
export type { Starter } from './templates/starter-files'
