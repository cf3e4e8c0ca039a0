import type {
  Command,
  Dispatcher,
  DomainEvent,
  IntegrationEvent,
  Query,
  ResultOf,
  SendOptions,
  Service,
} from '@gulo/core'
import { fault } from './faults.js'

/**
 * The mediator of a service before the service is made, so that a handler can have it injected although the service needs
 * the handler. Usable once the service has been started.
 */
export class LateMediator implements Dispatcher {
  private service: Service | undefined

  serve(service: Service): void {
    this.service = service
  }

  send<M extends Command<unknown> | Query<unknown>>(message: M, options?: SendOptions): Promise<ResultOf<M>> {
    return this.started('send', (mediator) => mediator.send(message, options))
  }

  publish(event: DomainEvent | IntegrationEvent, options?: SendOptions): Promise<void> {
    return this.started('publish', (mediator) => mediator.publish(event, options))
  }

  private async started<T>(operation: string, work: (mediator: Dispatcher) => Promise<T>): Promise<T> {
    if (this.service === undefined) throw fault('GULO_SERVICE_NOT_MADE', { operation })
    return work(this.service.mediator)
  }
}
