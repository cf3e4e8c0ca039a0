import type { GroupMover, LagReporter } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { rejectsWith } from '../suite/rejections.js'
import { type Scene, sceneCase } from './scene.js'
import { twoTimes } from './start-cases.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

type Started = Awaited<ReturnType<Scene['start']>>

const byKey = (index: number) => ({ partitionKey: `key-${index}` })

/** How far a group has come, and how it is moved. */
export function positionCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const start = async (scene: Scene) => [await scene.start(), await scene.topic()] as const
  return [
    play(
      'says how many messages a group has not handled, down to 0',
      async (scene) => {
        const [transport, topic] = await start(scene)
        await handleAll(scene, transport, topic)
        const lag = async () => {
          const entries = await (transport as Started & LagReporter).lag(scene.group(), [topic])
          return entries.reduce((sum, each) => sum + each.lag, 0)
        }
        await scene.eventually('the lag is 0 at first', async () => (await lag()) === 0)
        const envelopes = scene.envelopes(topic, 30, byKey)
        await transport.publish(envelopes)
        await scene.eventually('the lag is 30', async () => (await lag()) === 30)
        const back = scene.collector()
        await scene.subscribe(transport, topic, back)
        await back.untilAll(envelopes)
        await scene.eventually('the lag is 0', async () => (await lag()) === 0)
      },
      lacking(facts, 'reportsLag'),
    ),
    play(
      'gives a group all messages again that is moved to the beginning',
      async (scene) => {
        const [transport, topic] = await start(scene)
        const handled = await handleAll(scene, transport, topic)
        await move(scene, transport, topic, 'earliest')
        const back = scene.collector()
        await scene.subscribe(transport, topic, back)
        await back.untilAll(handled)
      },
      lacking(facts, 'movesGroups'),
    ),
    play(
      'gives a group what is of a time on that is moved there',
      async (scene) => {
        const [transport, topic] = await start(scene)
        const { second, at } = await twoTimes(scene, transport, topic)
        await handleAll(scene, transport, topic)
        await move(scene, transport, topic, { timestamp: at })
        const back = scene.collector()
        await scene.subscribe(transport, topic, back)
        await back.untilAll(second)
        const last = scene.envelopes(topic, 12, byKey)
        await transport.publish(last)
        await back.untilAll(last)
        expect(back.deliveries, 'second wave, the group’s own, last').to.have.length(second.length + 12 + last.length)
      },
      lacking(facts, 'movesGroups'),
    ),
    play(
      'leaves out what a group has not handled that is moved to the end',
      async (scene) => {
        const [transport, topic] = await start(scene)
        await handleAll(scene, transport, topic)
        await transport.publish(scene.envelopes(topic, 12, byKey))
        await move(scene, transport, topic, 'latest')
        const [back, after] = [scene.collector(), scene.envelopes(topic, 12, byKey)]
        await scene.subscribe(transport, topic, back)
        await transport.publish(after)
        await back.untilAll(after)
        expect(back.deliveries).to.have.length(after.length)
      },
      lacking(facts, 'movesGroups'),
    ),
    play(
      'refuses to move a group that has members, or to nowhere',
      async (scene) => {
        const [transport, topic] = await start(scene)
        await handleAll(scene, transport, topic)
        const nowhere = { timestamp: Number.NaN }
        await rejectsWith('GULO_SUBSCRIPTION_INVALID', () => move(scene, transport, topic, nowhere))
        const member = scene.collector()
        await scene.subscribe(transport, topic, member)
        await rejectsWith('GULO_GROUP_ACTIVE', () => move(scene, transport, topic, 'earliest'))
        const after = scene.envelopes(topic, 12, byKey)
        await transport.publish(after)
        await member.untilAll(after)
        expect(member.deliveries).to.have.length(after.length)
      },
      lacking(facts, 'movesGroups'),
    ),
  ]
}

function move(scene: Scene, transport: Started, topic: string, to: Parameters<GroupMover['moveGroup']>[2]) {
  return (transport as Started & GroupMover).moveGroup(scene.group(), [topic], to)
}

/** Has the group handle messages, and leave. */
async function handleAll(scene: Scene, transport: Started, topic: string) {
  const member = scene.collector()
  const handle = await scene.subscribe(transport, topic, member)
  const envelopes = scene.envelopes(topic, 12, byKey)
  await transport.publish(envelopes)
  await member.untilAll(envelopes)
  await handle.close()
  return envelopes
}
