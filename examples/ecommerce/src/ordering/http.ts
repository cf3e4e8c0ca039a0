import { type Dispatcher, GuloError } from '@gulo/core'
import { Hono } from 'hono'
import { DuplicateOrderError } from './orders.js'
import { PlaceOrder } from './place-order.js'

/** Takes orders over HTTP: `POST /orders` with `{ orderId, sku, quantity }`. */
export function orderingHttp(mediator: Dispatcher): Hono {
  const app = new Hono()
  app.post('/orders', async (request) => {
    const body: unknown = await request.req.json().catch(() => undefined)
    try {
      const { value } = await mediator.send(PlaceOrder.of(body as never))
      return request.json({ orderId: value }, 201)
    } catch (error) {
      const { status, code, message } = toProblem(error)
      return request.json({ error: { code, message } }, status)
    }
  })
  return app
}

function toProblem(error: unknown): { status: 400 | 409 | 500; code: string; message: string } {
  if (GuloError.is(error, 'GULO_VALIDATION_FAILED') || GuloError.is(error, 'GULO_PAYLOAD_INVALID')) {
    return { status: 400, code: error.code, message: error.message }
  }
  if (error instanceof DuplicateOrderError) return { status: 409, code: 'DUPLICATE_ORDER', message: error.message }
  return { status: 500, code: 'INTERNAL', message: 'The order could not be taken.' }
}
