import type { ReceivedMessage } from '@gulo/core'
import { expect } from 'chai'
import { describeWithEachClient, starterOf } from '../support/clients.js'
import { envelope, idOf, subscriptionOf } from '../support/messages.js'
import { unique, until } from '../support/real-kafka.js'

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

describeWithEachClient('A consumer on a real broker', (brokers, client) => {
  const startKafka = starterOf(client)

  it('keeps its partitions while a handler takes longer than the session, and lets the others go on', async () => {
    const [topic, group] = [unique('slow'), unique('group')]
    const transport = await startKafka(brokers, { sessionTimeoutMs: 6000, maxInFlight: 20, deliverySize: 20 })
    await transport.ensureTopics([{ topic, partitions: 2 }])
    const handled: string[] = []
    const begun: string[] = []
    const handle = async (message: ReceivedMessage) => {
      const id = idOf(message)
      begun.push(id)
      if (id === 'slow') await sleep(9000)
      handled.push(id)
    }
    await transport.subscribe(subscriptionOf(topic, group, handle))
    await transport.publish([envelope(topic, 'slow', 'a', { partition: 0 })])
    await until(() => begun.includes('slow'))
    const beside = names('beside-', 100)
    await transport.publish(beside.map((id) => envelope(topic, id, 'b', { partition: 0 })))
    const elsewhere = names('elsewhere-', 500)
    await transport.publish(elsewhere.map((id) => envelope(topic, id, 'c', { partition: 1 })))
    await until(() => elsewhere.every((id) => handled.includes(id)))
    await until(() => handled.filter((id) => id.startsWith('beside-')).length === 19)
    expect(handled, 'while the slow one is in flight').not.to.include('slow')
    await until(() => handled.length >= 601)
    await transport.stop()
    expect(begun, 'deliveries').to.have.length(601)
    expect(handled.filter((id) => id.startsWith('beside-'))).to.deep.equal(beside)
  })

  it('gives up nothing and repeats nothing when another member joins while messages are handled', async () => {
    const [topic, group] = [unique('joined'), unique('group')]
    const [one, two] = [await startKafka(brokers), await startKafka(brokers)]
    await one.ensureTopics([{ topic, partitions: 4 }])
    const handled: string[] = []
    const handle = async (message: ReceivedMessage) => {
      await sleep(20)
      handled.push(idOf(message))
    }
    const ids = names('', 2000)
    await one.publish(ids.map((id) => envelope(topic, id, `key-${id}`)))
    await one.subscribe(subscriptionOf(topic, group, handle))
    await two.subscribe(subscriptionOf(topic, group, handle))
    await until(() => new Set(handled).size === ids.length)
    await Promise.all([one.stop(), two.stop()])
    expect(handled).to.have.length(ids.length)
  })

  it('reads a partition that is added later from its first message, though its group starts at the end', async () => {
    const topic = unique('grown')
    const options = { autoOffsetReset: 'latest', metadataRefreshMs: 300 } as const
    const transport = await startKafka(brokers, options)
    await transport.ensureTopics([{ topic, partitions: 1 }])
    await transport.publish(names('before-', 10).map((id) => envelope(topic, id, id)))
    const handled: string[] = []
    await transport.subscribe(subscriptionOf(topic, unique('group'), (message) => void handled.push(idOf(message))))
    await transport.ensureTopics([{ topic, partitions: 3, grow: true }])
    const publisher = await startKafka(brokers)
    const after = names('after-', 30)
    await publisher.publish(after.map((id, index) => envelope(topic, id, id, { partition: index % 3 })))
    await until(() => after.every((id) => handled.includes(id)))
    await Promise.all([transport.stop(), publisher.stop()])
    expect(handled).to.have.length(30)
  })

  it('starts at the end that all of its members share, however many start at once', async () => {
    const [topic, group] = [unique('together'), unique('group')]
    const members = await Promise.all(names('', 3).map(() => startKafka(brokers, { autoOffsetReset: 'latest' })))
    const [first] = members as [(typeof members)[0]]
    await first.ensureTopics([{ topic, partitions: 6 }])
    await first.publish(names('before-', 60).map((id) => envelope(topic, id, id)))
    const handled: string[] = []
    const handle = (message: ReceivedMessage) => void handled.push(idOf(message))
    await Promise.all(members.map((member) => member.subscribe(subscriptionOf(topic, group, handle))))
    const after = names('after-', 60)
    await first.publish(after.map((id) => envelope(topic, id, id)))
    await until(() => after.every((id) => handled.includes(id)))
    await Promise.all(members.map((member) => member.stop()))
    expect(handled.filter((id) => id.startsWith('before-'))).to.deep.equal([])
  })
})
