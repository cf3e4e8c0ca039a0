import { sleep, systemClock } from '@gulo/core'
import { expect } from 'chai'
import { type ConformanceCase, LeftOut } from '../suite/conformance-case.js'
import { ability, arrives, statusOf, untilUp } from './disturbed.js'
import { type Scene, sceneCase } from './scene.js'
import { AMID, Traffic } from './traffic.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

/** What becomes of messages when the broker is disturbed. */
export function disturbanceCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const undisturbed = lacking(facts, 'disturbances')
  const play = sceneCase(facts)
  const disturbed = (title: string, work: (scene: Scene) => Promise<void>) => play(title, work, undisturbed)
  return [
    disturbed('loses nothing it answered for when the broker restarts amid publishing and consuming', async (scene) => {
      const restart = ability(scene, 'restartBroker', 'the driver cannot restart its broker')
      await goesOn(scene, restart)
    }),
    disturbed('loses nothing it answered for when its connections are cut, again and again', async (scene) => {
      const cut = ability(scene, 'cutConnections', 'the driver cannot cut connections')
      await goesOn(scene, async () => {
        for (let time = 0; time < 3; time++) {
          await cut()
          await sleep(systemClock, 50)
        }
      })
    }),
    disturbed('keeps each key in order when its connections are cut', async (scene) => {
      if (!facts.orderedByKey) throw new LeftOut('the broker keeps no order per key')
      const cut = ability(scene, 'cutConnections', 'the driver cannot cut connections')
      const traffic = await Traffic.start(scene)
      await traffic.until(AMID)
      await cut()
      await traffic.end()
      expectOrder(traffic)
    }),
    disturbed('delivers what was unsettled when the connections were cut, once it is settled again', async (scene) => {
      const cut = ability(scene, 'cutConnections', 'the driver cannot cut connections')
      const [transport, topic] = [await scene.start(), await scene.topic()]
      let release: () => void = () => undefined
      const held = new Promise<void>((resolve) => {
        release = resolve
      })
      const member = scene.collector((_, earlier) => (earlier === 0 ? held : undefined))
      await scene.subscribe(transport, topic, member)
      const envelopes = scene.envelopes(topic, 10, (index) => ({ partitionKey: `key-${index}` }))
      await transport.publish(envelopes)
      await member.until('a handler begins', () => member.deliveries.length > 0)
      await cut()
      release()
      await member.untilAll(envelopes)
      await untilUp(scene, transport)
      await arrives(scene, transport, topic, member)
    }),
    disturbed('reads a topic again that is deleted under it, or says that it cannot', async (scene) => {
      const remove = ability(scene, 'deleteTopic', 'the driver cannot delete topics')
      await recovers(scene, (topic) => remove(topic))
    }),
    disturbed('has its queue again that is deleted under it, or says that it cannot', async (scene) => {
      const remove = ability(scene, 'deleteQueue', 'the driver cannot delete queues')
      await recovers(scene, () => remove(scene.group(), 'collect'))
    }),
  ]
}

async function goesOn(scene: Scene, disturb: () => Promise<void>): Promise<void> {
  const traffic = await Traffic.start(scene)
  await traffic.until(AMID)
  await disturb()
  await traffic.end()
  await untilUp(scene, traffic.publisher)
  await untilUp(scene, traffic.reader)
  await arrives(scene, traffic.publisher, traffic.topic, traffic.member)
}

async function recovers(scene: Scene, remove: (topic: string) => Promise<void>): Promise<void> {
  const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
  await scene.subscribe(transport, topic, member)
  const envelopes = scene.envelopes(topic, 12, (index) => ({ partitionKey: `key-${index}` }))
  await transport.publish(envelopes)
  await member.untilAll(envelopes)
  await remove(topic)
  let tries = 0
  // Whoever cannot read again says so; whoever can has half the time to do it.
  await scene.eventually('it reads again, refuses to publish, or says that it is not up', async () => {
    const envelope = scene.envelope(topic)
    const answered = await transport.publish([envelope]).then(
      () => true,
      () => false,
    )
    await sleep(systemClock, 100)
    if (member.count(envelope.id) > 0) return true
    return ++tries * 200 > scene.facts.patienceMs && (!answered || (await statusOf(transport)) !== 'up')
  })
}

function expectOrder({ answered, member }: Traffic): void {
  const published = new Set(answered.map(({ id }) => id))
  const keyOf = new Map(answered.map(({ id, partitionKey }) => [id, partitionKey]))
  const ids = member.ids().filter((id) => published.has(id))
  for (const key of new Set(keyOf.values())) {
    const wanted = answered.filter(({ partitionKey }) => partitionKey === key).map(({ id }) => id)
    expect(
      ids.filter((id) => keyOf.get(id) === key),
      `order of ${key}`,
    ).to.deep.equal(wanted)
  }
}
