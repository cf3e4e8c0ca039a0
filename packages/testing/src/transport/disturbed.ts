import type { Envelope, HealthReporter, Transport } from '@gulo/core'
import { LeftOut } from '../suite/conformance-case.js'
import type { Collector } from './collector.js'
import type { Scene } from './scene.js'
import type { Disturbances } from './transport-driver.js'

/** What a driver can do; a case that needs what is not there is left out. */
export function ability<A extends keyof Disturbances>(
  scene: Scene,
  name: A,
  reason: string,
): NonNullable<Disturbances[A]> {
  const found = scene.disturb[name]
  if (found === undefined) throw new LeftOut(reason)
  return found.bind(scene.disturb) as NonNullable<Disturbances[A]>
}

/** A message published now arrives, without anybody's help. */
export async function arrives(scene: Scene, transport: Transport, topic: string, member: Collector): Promise<void> {
  const last = scene.envelope(topic, { partitionKey: 'last' })
  await publishStubbornly(scene, transport, last)
  await member.untilAll([last])
}

export async function untilUp(scene: Scene, transport: Transport): Promise<void> {
  await scene.eventually('it says that it is up', async () => (await statusOf(transport)) === 'up')
}

export async function statusOf(transport: Transport & Partial<HealthReporter>): Promise<string> {
  return transport.health === undefined ? 'up' : (await transport.health()).status
}

/** What a transport says of its health, in words. */
export async function detailOf(transport: Transport & Partial<HealthReporter>): Promise<string> {
  const { status, detail } = (await transport.health?.()) ?? { status: 'silent', detail: undefined }
  return detail === undefined ? status : `${status} (${detail})`
}

/** Publishes until it is answered, as an outbox does. */
export async function publishStubbornly(scene: Scene, transport: Transport, envelope: Envelope): Promise<void> {
  await scene.eventually('a publish is answered', () =>
    transport.publish([envelope]).then(
      () => true,
      () => false,
    ),
  )
}
