import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { rejects } from '../suite/rejections.js'
import { type Scene, sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

const ALL_BYTES = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const UNICODE = 'Grüße, 世界 🚀 \u00a0 e\u0301'

/** What becomes of bytes, headers and keys. */
export function wireCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const noForward = !facts.forwards && 'the transport forwards nothing'
  return [
    play('keeps all that an envelope says', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await scene.subscribe(transport, topic, member)
      const told = {
        occurredAt: '2026-02-28T23:59:59.123456+01:00',
        payload: { text: UNICODE, list: [1, null, true], nested: { empty: {} } },
        partitionKey: 'key 7',
        aggregateId: 'key 7',
        correlationId: 'correlation',
        causationId: 'causation',
        tenantId: 'tenant',
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=value',
        headers: { plain: 'text', unicode: UNICODE },
      }
      const envelope = scene.envelope(topic, told)
      await transport.publish([envelope])
      await member.untilAll([envelope])
      const read = scene.read(member.deliveries[0]?.message as never)
      for (const [field, value] of Object.entries({
        id: envelope.id,
        type: envelope.type,
        source: envelope.source,
        ...told,
      })) {
        if (field === 'headers') expect(read.headers).to.include(told.headers)
        else expect(read, field).to.have.deep.property(field, value)
      }
    }),
    play('carries a payload of a megabyte', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await scene.subscribe(transport, topic, member)
      const large = 'ä'.repeat(499_000)
      const envelope = scene.envelope(topic, { payload: { large } })
      await transport.publish([envelope])
      await member.untilAll([envelope])
      const { payload } = scene.read(member.deliveries[0]?.message as never)
      expect((payload as { large: string }).large === large, 'the payload is unchanged').to.equal(true)
    }),
    play('carries bytes as payload', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await scene.subscribe(transport, topic, member)
      const envelope = scene.envelope(topic, { payload: ALL_BYTES, contentType: 'application/octet-stream' })
      await transport.publish([envelope])
      await member.untilAll([envelope])
      expect([...(member.deliveries[0]?.message.body ?? [])]).to.deep.equal([...ALL_BYTES])
    }),
    play(
      'carries a tombstone',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        await scene.subscribe(transport, topic, member)
        const envelope = scene.envelope(topic, { payload: undefined, partitionKey: 'gone' })
        await transport.publish([envelope])
        await member.untilAll([envelope])
        expect(member.deliveries[0]?.message.body).to.equal(null)
      },
      !facts.tombstones && 'the broker has no tombstones',
    ),
    play('says which envelopes are not stored when one cannot be written', async (scene) => {
      const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
      await scene.subscribe(transport, topic, member)
      const cyclic: { self?: unknown } = {}
      cyclic.self = cyclic
      const envelopes = [scene.envelope(topic), scene.envelope(topic, { payload: cyclic }), scene.envelope(topic)]
      const error = await rejects(() => transport.publish(envelopes))
      const unsent = (error as { details?: { unsent?: unknown } }).details?.unsent
      expect(unsent, 'details.unsent').to.be.an('array').that.includes(envelopes[1])
      const { failures } = (error as { details: { failures?: unknown } }).details
      if (failures !== undefined) expect(failures, 'details.failures').to.have.length((unsent as unknown[]).length)
      await member.untilAll(envelopes.filter((envelope) => !(unsent as unknown[]).includes(envelope)))
    }),
    play(
      'forwards bytes, key and headers as they are',
      async (scene) => {
        const headers = {
          plain: 'text',
          unicode: UNICODE,
          empty: '',
          long: 'x'.repeat(4000),
          'Mixed-Case': 'kept',
          ...Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`header-${index}`, String(index)])),
        }
        const received = await forwarded(scene, { key: UNICODE, body: ALL_BYTES, headers })
        expect([...(received?.body ?? [])]).to.deep.equal([...ALL_BYTES])
        expect(received?.key).to.equal(UNICODE)
        for (const [name, value] of Object.entries(headers)) expect(text(received?.headers[name]), name).to.equal(value)
      },
      noForward,
    ),
    play(
      'forwards an empty body as an empty body',
      async (scene) => {
        const received = await forwarded(scene, { body: new Uint8Array() })
        expect(received?.body).to.be.instanceOf(Uint8Array).and.to.have.length(0)
      },
      noForward,
    ),
    play(
      'forwards a tombstone',
      async (scene) => {
        const received = await forwarded(scene, { key: 'gone', body: null })
        expect(received?.body).to.equal(null)
      },
      noForward || (!facts.tombstones && 'the broker has no tombstones'),
    ),
    play(
      'forwards header values of any bytes',
      async (scene) => {
        const received = await forwarded(scene, { headers: { binary: ALL_BYTES } })
        const value = received?.headers['binary']
        expect(value instanceof Uint8Array && [...value]).to.deep.equal([...ALL_BYTES])
      },
      noForward || (!facts.binaryHeaders && 'header values of the broker are text'),
    ),
    play(
      'puts messages of one key into one partition, and those without into several',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        await scene.subscribe(transport, topic, member)
        const keyed = scene.envelopes(topic, 10, () => ({ partitionKey: 'same' }))
        const keyless = scene.envelopes(topic, 40)
        for (const envelope of keyed) await transport.publish([envelope])
        for (const envelope of keyless) await transport.publish([envelope])
        await member.untilAll([...keyed, ...keyless])
        const used = (envelopes: typeof keyed) =>
          new Set(
            member.deliveries
              .filter(({ id }) => envelopes.some((each) => each.id === id))
              .map((each) => each.message.partition),
          )
        expect(used(keyed)).to.have.property('size', 1)
        expect(used(keyless)).to.have.property('size').above(1)
      },
      facts.partitions < 2 && 'topics have no two partitions',
    ),
    play(
      'puts a message into the partition it names',
      async (scene) => {
        const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
        await scene.subscribe(transport, topic, member)
        const envelopes = scene.envelopes(topic, facts.partitions, (partition) => ({ partition, partitionKey: 'same' }))
        await transport.publish(envelopes)
        await member.untilAll(envelopes)
        for (const { id, message } of member.deliveries) {
          expect(message.partition).to.equal(envelopes.find((envelope) => envelope.id === id)?.partition)
        }
      },
      facts.partitions < 2 && 'topics have no two partitions',
    ),
  ]
}

async function forwarded(scene: Scene, more: Parameters<Scene['outgoing']>[1]) {
  const [transport, topic, member] = [await scene.start(), await scene.topic(), scene.collector()]
  await scene.subscribe(transport, topic, member)
  await transport.forward([scene.outgoing(topic, more)])
  await member.until('the message arrives', () => member.deliveries.length > 0)
  return member.deliveries[0]?.message
}

function text(value: string | Uint8Array | undefined): string | undefined {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value
}
