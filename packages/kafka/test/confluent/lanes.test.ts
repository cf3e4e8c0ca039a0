import type { FetchedBatch } from '@gulo/kafka'
import { kafka } from '@gulo/kafka'
import { confluent } from '@gulo/kafka/confluent'
import { expect } from 'chai'
import { testOptions } from '../support/messages.js'
import { until } from '../support/real-kafka.js'
import { FakeGroup } from './fake-group.js'

interface Under {
  readonly driver: FakeGroup
  readonly batches: FetchedBatch[]
  readonly events: string[]
  readonly consumer: ReturnType<ReturnType<ReturnType<typeof confluent>>['createConsumer']>
}

/** A running consumer that has partition 0; `handle` decides when a batch has ended. */
async function consuming(
  handle: (batch: FetchedBatch) => Promise<void>,
  onRevoke?: () => Promise<void>,
): Promise<Under> {
  const driver = new FakeGroup()
  const batches: FetchedBatch[] = []
  const events: string[] = []
  let client: ReturnType<ReturnType<typeof confluent>> | undefined
  kafka(
    testOptions(['127.0.0.1:1'], {
      client: (settings) => {
        client = confluent({ module: driver })(settings)
        return client
      },
    }),
  )
  const consumer = (client as NonNullable<typeof client>).createConsumer({
    group: 'g',
    topics: ['t'],
    onBatch: (batch) => {
      batches.push(batch)
      return handle(batch)
    },
    onEvent: ({ kind }) => events.push(kind),
    ...(onRevoke && { onRevoke }),
  })
  await consumer.run()
  driver.assign(0)
  await until(() => events.includes('joined'))
  return { driver, batches, events, consumer }
}

const offsetsOf = (batches: readonly FetchedBatch[]) =>
  batches.map(({ records }) => records.map(({ offset }) => offset))

describe('Messages fetched through librdkafka', () => {
  it('come one batch of a partition at a time, and not again once resolved', async () => {
    const ends: (() => void)[] = []
    const { batches, consumer, driver } = await consuming(() => new Promise((resolve) => ends.push(resolve)))
    driver.fetched(0, 0, 1)
    await until(() => batches.length === 1)
    driver.fetched(0, 2, 3)
    await until(() => driver.isDrained)
    expect(batches.length).to.equal(1)
    batches[0]?.resolve('1')
    ends.shift()?.()
    await until(() => batches.length === 2)
    expect(offsetsOf(batches)).to.deep.equal([
      ['0', '1'],
      ['2', '3'],
    ])
    consumer.destroy()
  })

  it('come again from the first that was not resolved', async () => {
    const { batches, consumer, driver } = await consuming(async (batch) => {
      if (batches.length === 1) batch.resolve('0')
      else batch.resolve('2')
    })
    driver.fetched(0, 0, 1, 2)
    await until(() => batches.length === 2)
    expect(offsetsOf(batches)).to.deep.equal([
      ['0', '1', '2'],
      ['1', '2'],
    ])
    consumer.destroy()
  })

  it('come again from where somebody sought, without a question to librdkafka if they are here', async () => {
    const { batches, consumer, driver } = await consuming(async (batch) => {
      batch.resolve('2')
      if (batches.length === 1) consumer.seek('t', 0, '1')
      expect(batch.isActive()).to.equal(batches.length > 1)
    })
    driver.fetched(0, 0, 1, 2)
    await until(() => batches.length === 2)
    expect(offsetsOf(batches)[1]).to.deep.equal(['1', '2'])
    expect(driver.sought).to.deep.equal([])
    consumer.destroy()
  })

  it('are sought in librdkafka when they are not here, and nothing fetched before that counts', async () => {
    const { batches, consumer, driver } = await consuming(async (batch) => batch.resolve('9'))
    driver.fetched(0, 8, 9)
    await until(() => batches.length === 1)
    driver.fetchedLater(0, 10)
    consumer.seek('t', 0, '3')
    await until(() => driver.sought.length === 1)
    driver.fetched(0, 3)
    await until(() => batches.length === 2)
    expect(driver.sought).to.deep.equal([3])
    expect(offsetsOf(batches)[1]).to.deep.equal(['3'])
    consumer.destroy()
  })

  it('do not come twice when a pause has librdkafka fetch them again', async () => {
    const { batches, consumer, driver } = await consuming(async (batch) =>
      batch.resolve(batch.records.at(-1)?.offset ?? ''),
    )
    driver.fetched(0, 0, 1)
    await until(() => batches.length === 1)
    driver.fetched(0, 1, 2)
    await until(() => batches.length === 2)
    expect(offsetsOf(batches)[1]).to.deep.equal(['2'])
    consumer.destroy()
  })
})

describe('Partitions that librdkafka takes back', () => {
  it('are given up only when the batch under way and what is in flight have ended', async () => {
    const steps: string[] = []
    let end = () => {}
    let drained = () => {}
    const { batches, consumer, driver, events } = await consuming(
      (batch) => new Promise<void>((resolve) => (end = resolve)).then(() => batch.resolve('0')),
      () => new Promise((resolve) => (drained = resolve)),
    )
    driver.fetched(0, 0)
    await until(() => batches.length === 1)
    driver.revoke(0)
    await new Promise((resolve) => setImmediate(resolve))
    const refusal = await batches[0]?.heartbeat().catch(({ code }) => code)
    steps.push(`heartbeat ${refusal}`, `given up ${driver.unassigned}`)
    const committed = batches[0]?.commit('1').then(() => steps.push('committed'))
    await until(() => driver.committing.length === 1)
    driver.committed()
    await committed
    drained()
    await new Promise((resolve) => setImmediate(resolve))
    steps.push(`given up ${driver.unassigned}`)
    end()
    await until(() => driver.unassigned === 1)
    expect(steps).to.deep.equal(['heartbeat 27', 'given up 0', 'committed', 'given up 0'])
    expect(events.at(-1)).to.equal('rebalancing')
    consumer.destroy()
  })

  it('are not committed any more once they are lost', async () => {
    let end = () => {}
    const { batches, consumer, driver } = await consuming(() => new Promise((resolve) => (end = resolve)))
    driver.fetched(0, 0)
    await until(() => batches.length === 1)
    driver.lost = true
    driver.revoke(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(await batches[0]?.commit('1').catch(({ code }) => code)).to.equal(25)
    expect(driver.committing).to.deep.equal([])
    end()
    consumer.destroy()
  })
})

describe('A consumer of librdkafka that stops', () => {
  it('waits for the batch under way, then for the last fetch, and then disconnects', async () => {
    let end = () => {}
    const { batches, consumer, driver } = await consuming(() => new Promise((resolve) => (end = resolve)))
    driver.fetched(0, 0)
    await until(() => batches.length === 1)
    const stopped = consumer.stop()
    await new Promise((resolve) => setImmediate(resolve))
    expect(driver.disconnected).to.equal(false)
    end()
    await stopped
    expect([driver.disconnected, driver.fetchingWhenDisconnected]).to.deep.equal([true, false])
  })
})
