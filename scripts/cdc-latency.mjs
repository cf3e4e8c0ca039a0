// Measures how long an event takes from its commit to a consumer of Kafka, through a relay and through Debezium, side by
// side in one run and at the same rate, on servers of its own; and what storing an event costs in each case.
//   npm run -s cdc-latency [-- --rate 50 --seconds 10]
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Relay } from '@gulo/core'
import { kafka } from '@gulo/kafka'
import { migrate, postgres } from '@gulo/postgres'
import kafkajs from 'kafkajs'
import pg from 'pg'
import { startConnect } from './services/connect/worker.mjs'
import { startKafka } from './services/kafka/cluster.mjs'
import { postgres as database } from './services/postgres.mjs'
import { until } from './services/support/probe.mjs'

const { values } = parseArgs({
  options: { rate: { type: 'string', default: '50' }, seconds: { type: 'string', default: '10' } },
})
const [rate, seconds] = [Number(values.rate), Number(values.seconds)]
const cleanups = []
try {
  await measure()
} finally {
  for (const cleanup of cleanups.reverse()) await cleanup()
}

async function measure() {
  const [server, broker] = await Promise.all([database.start(), startKafka()])
  cleanups.push(server.stop, broker.stop)
  const pool = new pg.Pool({ connectionString: server.address })
  cleanups.push(() => pool.end())
  const paths = { relay: await relayPath(pool, broker), Debezium: await debeziumPath(pool, server, broker) }
  for (const path of Object.values(paths)) await path.send(20)
  for (const path of Object.values(paths)) path.forget()
  // In turn, so that whatever else the machine does befalls both.
  for (let round = 0; round < seconds; round++) for (const path of Object.values(paths)) await path.send(rate)
  console.log(`${rate} events a second, ${rate * seconds} on each path, milliseconds`)
  console.log('path      to store p50   commit to consumer p50      p99      max')
  for (const [name, { stored, taken }] of Object.entries(paths)) {
    const cells = [at(stored, 0.5).padStart(12), at(taken, 0.5).padStart(25), at(taken, 0.99).padStart(8)]
    console.log(`${name.padEnd(9)} ${cells.join(' ')} ${at(taken, 1).padStart(8)}`)
  }
}

async function relayPath(pool, broker) {
  await migrate(pool, { schema: 'relayed' })
  const store = postgres({ pool, schema: 'relayed' })
  const transport = kafka({ brokers: [broker.address] })
  await transport.start()
  const relay = new Relay({ outbox: store.outbox, publisher: transport })
  relay.start()
  cleanups.push(async () => {
    await relay.stop()
    await transport.stop()
  })
  return path(store, 'relayed', broker)
}

async function debeziumPath(pool, server, broker) {
  await migrate(pool, { schema: 'captured' })
  const store = postgres({ pool, schema: 'captured', relay: 'cdc' })
  await pool.query(await printed(store, { sql: true }))
  await pool.query("alter role gulo_cdc password 'capture'")
  const { hostname: host, port, pathname } = new URL(server.address)
  const outbox = JSON.parse(await printed(store, { host, port, database: pathname.slice(1) }))
  outbox['database.password'] = 'capture'
  const worker = await startConnect({ brokers: broker.address, connectors: { outbox } })
  cleanups.push(() => worker.stop())
  await worker.start()
  await until(async () => (await store.health()).status === 'up' || Promise.reject(new Error('not yet')), {
    timeoutMs: 60_000,
  })
  return path(store, 'captured', broker)
}

async function printed(store, flags) {
  let text = ''
  const command = store.commands.find(({ name }) => name === 'cdc config')
  await command.run({ flags, signal: new AbortController().signal, print: (line) => (text += line) })
  return text
}

async function path(store, topic, broker) {
  const client = new kafkajs.Kafka({ brokers: [broker.address], logLevel: kafkajs.logLevel.NOTHING })
  const admin = client.admin()
  await admin.connect()
  await admin.createTopics({ topics: [{ topic, numPartitions: 3 }], waitForLeaders: false })
  await until(() => admin.fetchTopicMetadata({ topics: [topic] }), { timeoutMs: 10_000 })
  await admin.disconnect()
  const commits = new Map()
  const stored = []
  const taken = []
  const consumer = client.consumer({ groupId: `${topic}.latency`, maxWaitTimeInMs: 20 })
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const id = String(message.headers.ce_id)
      const now = performance.now()
      // Debezium may be faster than the answer of the commit.
      taken.push(Math.max(0, now - (commits.get(id) ?? now)))
    },
  })
  cleanups.push(() => consumer.disconnect())
  let count = 0
  return {
    stored,
    taken,
    forget() {
      for (const numbers of [stored, taken]) numbers.length = 0
    },
    async send(events) {
      const goal = taken.length + events
      for (let sent = 0; sent < events; sent++) {
        count += 1
        const id = `00000000-0000-7000-8000-${String(count).padStart(12, '0')}`
        const event = {
          id,
          type: 'a.b.c.v1',
          source: 's',
          topic,
          payload: { text: 'x'.repeat(600) },
          partitionKey: `k${count % 20}`,
        }
        const start = performance.now()
        await store.unitOfWork.transact((transaction) => store.outbox.publish([event], { transaction }))
        commits.set(id, performance.now())
        stored.push(performance.now() - start)
        await sleep(1000 / rate)
      }
      while (taken.length < goal) await sleep(5)
    },
  }
}

function at(numbers, share) {
  const sorted = numbers.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1)
}
