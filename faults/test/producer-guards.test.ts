import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { KafkaStage } from '../dist/kafka/stage.js'
import { unguarded } from '../dist/kafka/unguarded.js'
import { type Account, account, whileBroken } from '../dist/kafka-raw/account.js'
import { coalesced, concurrentSends, type RawPublisher } from '../dist/kafka-raw/raw-publishers.js'
import { toEnvelope } from '../dist/workers/producing.js'
import { describeLong, describeWith } from './support/missing.js'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

/** Publishes through Gulo without one of its guards, or with all of them. */
async function through(stage: KafkaStage, guard: string | undefined, how: { brokers: number; messages: number }) {
  const name = guard ?? 'guarded'
  const transport = kafka({
    brokers: stage.address.split(','),
    requestTimeoutMs: 3000,
    publishDeadlineMs: 60_000,
    batchSize: 20,
    logger: quiet,
    ...unguarded(guard),
  })
  await transport.start()
  const acknowledged = await whileBroken(stage, how, name, (item) => transport.publish([toEnvelope(item)]))
  await transport.stop({ deadlineMs: 1000 })
  return account(acknowledged, await stage.read(), name)
}

async function throughRaw(
  stage: KafkaStage,
  make: (address: string) => Promise<RawPublisher>,
  how: { brokers: number; messages: number },
): Promise<Account> {
  const raw = await make(stage.address)
  const acknowledged = await whileBroken(stage, how, 'raw', raw.publish)
  await raw.close().catch(() => undefined)
  return account(acknowledged, await stage.read(), 'raw')
}

function stageOf(brokers: number): () => KafkaStage {
  let stage: KafkaStage
  before(async function () {
    this.timeout(120_000)
    const plan = { rig: 'kafka', seed: 5, messages: 0, kills: 0, without: undefined, say: () => undefined }
    stage = await KafkaStage.start({ ...plan, brokers })
  })
  after(async function () {
    this.timeout(30_000)
    await stage?.close()
  })
  return () => stage
}

const long = process.env['GULO_TEST_LONG']
  ? { it, why: '' }
  : { it: it.skip, why: ' [skipped: takes minutes: npm run faults:test]' }

await describeWith('kafka', 'A Kafka broker whose acknowledgements are lost on the way', function () {
  this.timeout(120_000)
  const stage = stageOf(1)
  const how = { brokers: 1, messages: 3000 }

  it('gets each message once from a guarded producer', async () => {
    const { lost, twice } = await through(stage(), undefined, how)
    expect({ lost, twice }).to.deep.equal({ lost: 0, twice: 0 })
  })

  it('loses messages with two requests in flight for one leader', async () => {
    expect((await through(stage(), 'one-request-per-leader', how)).lost).to.be.greaterThan(0)
  })

  long.it(`loses messages when a failed batch does not go again unchanged${long.why}`, async () => {
    expect((await through(stage(), 'same-batch-again', how)).lost).to.be.greaterThan(0)
  })

  long.it(`loses messages from kafkajs as it is${long.why}`, async () => {
    expect((await throughRaw(stage(), concurrentSends, how)).lost).to.be.greaterThan(0)
  })
})

await describeLong('kafka', 'Three Kafka brokers that are stopped in turn', function () {
  this.timeout(300_000)
  const stage = stageOf(3)
  const how = { brokers: 3, messages: 3000 }

  it('get each message once from a guarded producer', async () => {
    const { lost, twice } = await through(stage(), undefined, how)
    expect({ lost, twice }).to.deep.equal({ lost: 0, twice: 0 })
  })

  it('lose messages when the client retries by itself', async () => {
    expect((await through(stage(), 'no-client-retries', how)).lost).to.be.greaterThan(0)
  })

  it('lose messages from kafkajs as it is, one batch at a time', async () => {
    expect((await throughRaw(stage(), coalesced, how)).lost).to.be.greaterThan(0)
  })
})
