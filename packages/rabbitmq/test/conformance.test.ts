import { describeDisturbances, describeTransport, type TransportSuiteFacts } from '@gulo/testing'
import { describeWithBroker } from './support/broker.js'
import { conformanceDriver } from './support/conformance-driver.js'
import { describeWithNode } from './support/node.js'

const facts: TransportSuiteFacts = {
  partitions: 0,
  replaysToNewGroups: false,
  maxInFlight: 100,
  messages: 200,
  redeliveryDelayMs: 20,
  patterns: 'the broker has no list of topics to match patterns with',
  startsAt: 'a queue begins with its first message',
  movesGroups: 'a queue forgets what was acknowledged',
}

describeWithBroker('RabbitMQ', (url) => {
  const skip = {
    'loses nothing while members come and go':
      'it publishes before the group has a queue; consuming.test.ts has it with one',
  }
  const disturbances = 'they have a node of their own'
  describeTransport('rabbitmq', () => conformanceDriver(url), {
    facts: { ...facts, disturbances, orderedAmongMembers: 'members of one queue share it without regard for keys' },
    skip,
  })
  const single = () =>
    describeTransport(
      'rabbitmq with a single active consumer',
      () => conformanceDriver(url, { singleActiveConsumer: true }),
      { facts: { ...facts, disturbances }, skip },
    )
  // Partitions are single active consumers as well.
  if (process.env['GULO_TEST_LONG']) single()
  else describe.skip('once more [skipped: takes a minute: GULO_TEST_LONG=1 npm test]', single)
  describeTransport('rabbitmq with partitions', () => conformanceDriver(url, { partitions: 4 }), {
    // A hundred of each queue.
    facts: { ...facts, maxInFlight: 400, disturbances },
    skip,
  })
})

describeWithNode('a RabbitMQ of its own', {}, (node) => {
  const whileAway = async (work: () => Promise<void>) => {
    await node().kill('SIGTERM')
    try {
      await work()
    } finally {
      await node().start()
    }
  }
  const make = () => {
    const driver = conformanceDriver(node().address, { startDeadlineMs: 10_000 })
    const { atBroker } = driver
    return {
      ...driver,
      disturb: {
        restartBroker: () => whileAway(async () => undefined),
        whileAway,
        cutConnections: async () => void (await node().control('close_all_connections', 'as a test wants')),
        deleteTopic: (topic: string) => atBroker((channel) => channel.deleteExchange(topic)),
        deleteQueue: (group: string, action: string) =>
          atBroker((channel) => channel.deleteQueue(`${group}.${action}.normal`)),
      },
    }
  }
  describeDisturbances('rabbitmq', make, { facts: { ...facts, patienceMs: 25_000 } })
})
