import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { rejects } from '../suite/rejections.js'
import { ability, arrives, statusOf, untilUp } from './disturbed.js'
import { type Scene, sceneCase } from './scene.js'
import { lacking, type TransportDriver, type TransportSuiteFacts } from './transport-driver.js'

/** What a transport does while its broker is away. */
export function absenceCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const away = (scene: Scene) => ability(scene, 'whileAway', 'the driver cannot keep its broker away')
  return [
    play(
      'says that it is not up while its broker is away, answers publishes in time, and goes on once it is back',
      async (scene) => {
        const whileAway = away(scene)
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        await scene.subscribe(transport, topic, member)
        await arrives(scene, transport, topic, member)
        const envelope = scene.envelope(topic)
        let publishing: Promise<boolean> | undefined
        await whileAway(async () => {
          publishing = transport.publish([envelope]).then(
            () => true,
            () => false,
          )
          await scene.eventually('it says that it is not up', async () => (await statusOf(transport)) !== 'up')
        })
        const answered = await scene.within(publishing as Promise<boolean>, 'the publish is answered')
        await untilUp(scene, transport)
        await arrives(scene, transport, topic, member)
        if (answered) await member.untilAll([envelope])
      },
      lacking(facts, 'disturbances'),
    ),
    play(
      'stops while its broker is away, and one that could not start then starts once it is back',
      async (scene) => {
        const whileAway = away(scene)
        const [leaving, late, topic] = [await scene.start(), scene.create(), await scene.topic()]
        const [first, next] = [scene.collector(), scene.collector()]
        await scene.subscribe(leaving, topic, first)
        await arrives(scene, leaving, topic, first)
        await whileAway(async () => {
          await scene.within(
            rejects(() => late.start()),
            'the start is refused',
          )
          // Whether it rejects is its own choice: it could not say goodbye.
          const stopping = leaving.stop({ deadlineMs: 1000 }).catch(() => undefined)
          await scene.within(stopping, 'the stop ends')
        })
        await scene.within(late.start(), 'the start after it')
        await scene.subscribe(late, topic, next)
        const before = first.deliveries.length
        await arrives(scene, late, topic, next)
        expect(first.deliveries, 'deliveries after the stop').to.have.length(before)
      },
      lacking(facts, 'disturbances'),
    ),
  ]
}
