import {
  Contract,
  GuloError,
  type HandlerSource,
  Handles,
  IntegrationEvent,
  Mediator,
  queued,
  type TraceStep,
} from '@gulo/core'
import { PlaceOrder } from './messages.js'

export async function switchOff(mediator: Mediator, PlaceOrderHandler: HandlerSource) {
  const command = PlaceOrder.of({ orderId: '4711', sku: 'A-1', quantity: 2 })
  let code: string | undefined
  // #region disable
  mediator.disable(PlaceOrderHandler) // or by name: 'PlaceOrderHandler'
  try {
    await mediator.send(command)
  } catch (error) {
    if (GuloError.is(error, 'GULO_HANDLER_DISABLED')) code = error.code
    else throw error
  }
  mediator.enable(PlaceOrderHandler)
  // #endregion
  return code
}

export function traced(handlers: readonly HandlerSource[]) {
  // #region tracer
  const steps: TraceStep[] = []
  const mediator = new Mediator({ handlers, tracer: (step) => steps.push(step) })
  // { message: 'PlaceOrder', messageId: '019b…', step: 'handler PlaceOrderHandler', outcome: 'done', ms: 0.3 }
  // #endregion
  return { steps, mediator }
}

// #region queued
export function busy(handlers: readonly HandlerSource[]): Mediator {
  return new Mediator({ handlers, backend: queued({ concurrency: 4, capacity: 100, whenFull: 'reject' }) })
}

// #endregion

// #region isolated
@Contract('shop.order.placed.v1', { key: 'orderId' })
export class OrderPlacedV1 extends IntegrationEvent {
  readonly orderId!: string
}

/** Has a consumer group of its own: a mail server that is slow holds up no other handler of the service. */
@Handles(OrderPlacedV1, { isolated: true })
export class SendMail {
  async handle(event: OrderPlacedV1) {
    mails.push(event.orderId)
  }
}
// #endregion

export const mails: string[] = []

// #region events-failed
export function reasonsOf(error: unknown): readonly unknown[] {
  if (GuloError.is(error, 'GULO_HANDLERS_FAILED')) return error.details['errors'] as readonly unknown[]
  return [error]
}
// #endregion
