import { setTimeout as sleep } from 'node:timers/promises'
import { createService, type Service } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { postgres } from '@gulo/postgres'
import { rabbitmq } from '@gulo/rabbitmq'
import pg from 'pg'
import { concurrently } from '../brokers/callers.js'
import { quiet } from '../brokers/quiet.js'
import { mapper, noteOrder, PlaceOrder, placeOrder } from './model.js'
import { type FromWorker, handlingSchema, type ToWorker, type WorkerOptions } from './protocol.js'

const CALLERS = 16
const CONNECTIONS = 16
const TELL_MS = 20
const NOTE = 'x'.repeat(500)

let service: Service | undefined
let tookMs: number[] = []

/** Of all processes of this machine alike. */
const nowMs = () => performance.timeOrigin + performance.now()

function makeService({ role, database, schema, ...to }: WorkerOptions): Service {
  const consumes = role === 'consumer'
  const own = consumes ? handlingSchema(schema) : schema
  const pool = new pg.Pool({ connectionString: database, max: CONNECTIONS, application_name: schema })
  const store = postgres({ pool, schema: own, logger: quiet, relay: role === 'writer' ? 'separate' : 'polling' })
  return createService({
    name: consumes ? `${to.topic}.handling` : to.topic,
    handlers: consumes ? [noteOrder(own)] : role === 'writer' ? [placeOrder(own)] : [],
    store,
    logger: quiet,
    observers: [
      ({ kind, ...signal }) => {
        if (kind === 'handled' && 'envelope' in signal) handled(signal.envelope.payload as { sentAtMs: number })
      },
    ],
    topics: () => to.topic,
    ...(!consumes && { mapper }),
    ...(role !== 'writer' && { transport: makeTransport(to) }),
  })
}

function makeTransport({ broker, address, topic }: Pick<WorkerOptions, 'broker' | 'address' | 'topic'>) {
  if (broker === 'kafka') return kafka({ brokers: address.split(','), clientId: topic, logger: quiet })
  return rabbitmq({ url: address, connectionName: topic, prefetch: 500, logger: quiet })
}

function handled({ sentAtMs }: { readonly sentAtMs: number }): void {
  if (tookMs.length === 0) {
    setTimeout(() => {
      tell({ kind: 'handled', tookMs })
      tookMs = []
    }, TELL_MS)
  }
  tookMs.push(nowMs() - sentAtMs)
}

async function write(commands: number, perSecond: number | undefined): Promise<void> {
  const send = (number: number) =>
    service?.mediator.send(PlaceOrder.of({ orderId: `order-${number % 1000}`, note: NOTE, sentAtMs: nowMs() }))
  if (perSecond === undefined) return concurrently(CALLERS, commands, async (number) => send(number))
  const from = performance.now()
  const all: Promise<void>[] = []
  for (let number = 0; number < commands; number++) {
    const dueMs = from + (number * 1000) / perSecond - performance.now()
    if (dueMs > 0) await sleep(dueMs)
    all.push(Promise.resolve(send(number)))
  }
  await Promise.all(all)
}

async function heed(message: ToWorker): Promise<void> {
  if (message.kind === 'start') {
    service = await makeService(message.options).start()
    tell({ kind: 'ready' })
  } else if (message.kind === 'write') await write(message.commands, message.perSecond)
  else {
    await service?.stop({ deadlineMs: 5000 })
    process.exit()
  }
}

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}

process.on('message', (message: ToWorker) => {
  heed(message).catch((error: Error) => tell({ kind: 'failed', reason: error.message }))
})
process.on('disconnect', () => process.exit())
