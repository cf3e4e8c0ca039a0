export { confluent } from './confluent.js'
export type { ConfluentOptions } from './options.js'
