export { INVERSIFY_ERRORS } from './faults.js'
export { type GuloModuleOptions, guloModule, MEDIATOR } from './gulo-module.js'
export { InversifyHandlerFactory, type Resolver } from './inversify-handler-factory.js'
