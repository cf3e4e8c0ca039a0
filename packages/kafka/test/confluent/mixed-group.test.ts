import { kafka } from '@gulo/kafka'
import { expect } from 'chai'
import { describeWithConfluent, starterOf } from '../support/clients.js'
import { subscriptionOf, testOptions } from '../support/messages.js'
import { unique } from '../support/real-kafka.js'
import { failureOf } from '../support/rejections.js'

describeWithConfluent('A group that is read by kafkajs', (brokers, client) => {
  it('refuses another member', async () => {
    const [topic, group] = [unique('mixed'), unique('group')]
    const first = kafka(testOptions(brokers))
    await first.start()
    await first.subscribe(subscriptionOf(topic, group, () => undefined))
    const second = await starterOf(client)(brokers, { startDeadlineMs: 3000 })
    const error = await failureOf(second.subscribe(subscriptionOf(topic, group, () => undefined)))
    await second.stop()
    await first.stop()
    expect(error.code).to.equal('KAFKA_SUBSCRIBE_FAILED')
    expect(error.message).to.match(/inconsistent group protocol/i)
  }).timeout(20_000)
})
