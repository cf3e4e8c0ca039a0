import { createService, type Dispatcher, Service, type ServiceOptions } from '@gulo/core'
import { ContainerModule, type ServiceIdentifier } from 'inversify'
import { InversifyHandlerFactory, type Resolver } from './inversify-handler-factory.js'
import { LateMediator } from './late-mediator.js'

/** What handlers and the rest of the application inject to send and publish: `@inject(MEDIATOR) mediator: Dispatcher`. */
export const MEDIATOR: ServiceIdentifier<Dispatcher> = Symbol.for('gulo.mediator')

export interface GuloModuleOptions extends Omit<ServiceOptions, 'factory'> {
  /** Handler classes of which each message gets a new one. @default every handler is a singleton */
  readonly transient?: readonly (new (
    ...parameters: never[]
  ) => object)[]
}

/**
 * Binds a service, its mediator and its handler classes: `container.load(guloModule({ … }))`, then
 * `await container.get(Service).start()`. A handler class that the application has bound itself keeps that binding and its
 * scope.
 */
export function guloModule({ transient = [], ...options }: GuloModuleOptions): ContainerModule {
  return new ContainerModule(({ bind, isBound }) => {
    const transients = new Set<unknown>(transient)
    for (const handler of options.handlers) {
      if (typeof handler !== 'function') continue
      // The container knows the scope of what is bound already, so it is asked for each message.
      if (isBound(handler)) transients.add(handler)
      else if (transients.has(handler)) bind(handler).toSelf().inTransientScope()
      else bind(handler).toSelf().inSingletonScope()
    }
    const mediator = new LateMediator()
    bind(MEDIATOR).toConstantValue(mediator)
    bind(Service)
      .toDynamicValue((context) => {
        const factory = new InversifyHandlerFactory(context as Resolver, transients)
        const service = createService({ ...options, factory })
        mediator.serve(service)
        return service
      })
      .inSingletonScope()
  })
}
