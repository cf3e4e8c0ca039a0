import type { Envelope, Transport } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { gate } from '../suite/waiting.js'
import type { Collector } from './collector.js'
import { type Scene, sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

const MEMBERS = 4
const TOPICS = 5

const byKey = (index: number) => ({ partitionKey: `key-${index % 17}` })

/** What many members do at once, and one after another. */
export function membershipCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  return [
    play('gives the members of a group all messages when they come all at once', async (scene) => {
      const [topic, publisher] = [await scene.topic(), await scene.start()]
      const members = Array.from({ length: MEMBERS }, () => scene.collector())
      await Promise.all(members.map((member) => come(scene, topic, member)))
      const envelopes = scene.envelopes(topic, facts.messages, byKey)
      await Promise.all(envelopes.map((envelope) => publisher.publish([envelope])))
      await untilShared(members, envelopes)
    }),
    play('subscribes to many topics at once, and gives each subscription its own', async (scene) => {
      const transport = await scene.start()
      const topics = await Promise.all(Array.from({ length: TOPICS }, (_, index) => scene.topic(`topic-${index}`)))
      const members = topics.map(() => scene.collector())
      await Promise.all(
        topics.map((topic, index) =>
          scene.subscribe(transport, topic, members[index] as Collector, scene.group(`group-${index}`)),
        ),
      )
      const published = topics.map((topic) => scene.envelopes(topic, 20, byKey))
      await Promise.all(published.map((envelopes) => transport.publish(envelopes)))
      await Promise.all(published.map(async (envelopes, index) => members[index]?.untilAll(envelopes)))
      const foreign = members.flatMap(({ deliveries }, index) =>
        deliveries.filter(({ message }) => message.topic !== topics[index]),
      )
      expect(foreign, 'deliveries of foreign topics').to.have.length(0)
    }),
    play('keeps all messages for the one who comes after members that came and left all at once', async (scene) => {
      const [topic, publisher, last] = [await scene.topic(), await scene.start(), scene.collector()]
      const comeAndLeave = async () => (await come(scene, topic, scene.collector())).stop()
      await Promise.all(Array.from({ length: MEMBERS }, comeAndLeave))
      const envelopes = scene.envelopes(topic, 50, byKey)
      await publisher.publish(envelopes)
      await come(scene, topic, last)
      await last.untilAll(envelopes)
    }),
    play('loses nothing to members that leave in the midst, one after another', async (scene) => {
      const [topic, publisher] = [await scene.topic(), await scene.start()]
      const [done, envelopes] = [new Set<string>(), scene.envelopes(topic, 60, byKey)]
      for (let turn = 0; turn < 2; turn++) {
        const [enough, left] = [gate(), (turn + 1) * 20]
        const member = scene.collector(async ({ id }) => {
          if (done.size >= left) await enough.passed
          done.add(id)
        })
        const transport = await come(scene, topic, member)
        if (turn === 0) await publisher.publish(envelopes)
        await member.until('a third is done', () => done.size >= left)
        const stopping = transport.stop()
        enough.open()
        await scene.within(stopping, 'the stop ends')
      }
      const last = scene.collector(({ id }) => void done.add(id))
      await come(scene, topic, last)
      await last.until('every message is done', () => envelopes.every(({ id }) => done.has(id)))
    }),
    play('gives everything to the member that comes after others who rejected all', async (scene) => {
      const [topic, publisher, last] = [await scene.topic(), await scene.start(), scene.collector()]
      const refuse = () => Promise.reject(new Error('never'))
      const first = scene.collector(refuse)
      const refusing = await come(scene, topic, first)
      const envelopes = scene.envelopes(topic, 30, byKey)
      await publisher.publish(envelopes)
      await first.until('a message is rejected twice', () => first.deliveries.some(({ id }) => first.count(id) > 1))
      await refusing.stop()
      for (let turn = 0; turn < 2; turn++) {
        const member = scene.collector(refuse)
        const transport = await come(scene, topic, member)
        await member.until('a message is rejected', () => member.deliveries.length > 0)
        await transport.stop()
      }
      await come(scene, topic, last)
      await last.untilAll(envelopes)
    }),
    play('gives what a closed subscription left to a new one of the same transport', async (scene) => {
      const [transport, topic, next] = [await scene.start(), await scene.topic(), scene.collector()]
      const refusing = scene.collector(() => Promise.reject(new Error('never')))
      const handle = await scene.subscribe(transport, topic, refusing)
      const envelopes = scene.envelopes(topic, 20, byKey)
      await transport.publish(envelopes)
      await refusing.until('a message is rejected', () => refusing.deliveries.length > 0)
      await handle.close()
      await scene.subscribe(transport, topic, next)
      await next.untilAll(envelopes)
    }),
    play('has stored all that it answered for when it stops amid publishing', async (scene) => {
      const [topic, leaving, member] = [await scene.topic(), await scene.start(), scene.collector()]
      await come(scene, topic, member)
      const envelopes = scene.envelopes(topic, facts.messages, byKey)
      const outcomes = envelopes.map((envelope) => publishedOrUnsent(leaving, envelope))
      await Promise.race(outcomes)
      await scene.within(leaving.stop(), 'the stop ends')
      const stored = (await scene.within(Promise.all(outcomes), 'every publish is answered')).flat()
      expect(stored, 'publishes that resolved').to.not.have.length(0)
      await member.untilAll(stored)
    }),
  ]
}

/** A new transport, with a member in the group. */
async function come(scene: Scene, topic: string, member: Collector): Promise<Transport> {
  const transport = await scene.start()
  await scene.subscribe(transport, topic, member)
  return transport
}

function untilShared([first, ...others]: readonly Collector[], envelopes: readonly Envelope[]): Promise<void> {
  const all = [first as Collector, ...others]
  const met = () => envelopes.every(({ id }) => all.some((member) => member.count(id) > 0))
  return (first as Collector).until('the members have all', met, ...others)
}

/** The envelope, when its publish resolved; a rejection has to name it. */
async function publishedOrUnsent(transport: Transport, envelope: Envelope): Promise<readonly Envelope[]> {
  try {
    await transport.publish([envelope])
    return [envelope]
  } catch (error) {
    expect((error as { details?: { unsent?: unknown } }).details?.unsent, 'details.unsent').to.deep.equal([envelope])
    return []
  }
}
