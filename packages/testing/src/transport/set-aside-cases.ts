import { anyError, failurePolicy, fixed, type ReceivedMessage } from '@gulo/core'
import { expect } from 'chai'
import type { ConformanceCase } from '../suite/conformance-case.js'
import { rejectsWith } from '../suite/rejections.js'
import { gate } from '../suite/waiting.js'
import type { Collector } from './collector.js'
import { Bell, consume, type Handle, letterBox } from './consuming-scene.js'
import { type Scene, sceneCase } from './scene.js'
import type { TransportDriver, TransportSuiteFacts } from './transport-driver.js'

const POISON = Uint8Array.of(0xff, 0x00, 0xfe)
const once = failurePolicy(anyError().deadLetter())
const same = () => ({ partitionKey: 'same' })

/** What becomes of messages that a consumer cannot handle, and of those it has in hand when it stops. */
export function setAsideCases(facts: Required<TransportSuiteFacts>): readonly ConformanceCase<TransportDriver>[] {
  const play = sceneCase(facts)
  const noForward = !facts.forwards && 'the transport forwards nothing'
  return [
    play(
      'sets a message aside that fails for good, as it was, with its origin and its error, and goes on',
      async (scene) => {
        const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
        const parked = await readBeside(scene, topic, '.dlq')
        const handled: number[] = []
        const handle: Handle = ({ number }) => {
          if (number === 0) throw new TypeError('no such item')
          handled.push(number)
          bell.ring()
        }
        const policy = failurePolicy(anyError().retry(2, fixed(1)).deadLetter())
        await consume(scene, transport, topic, handle, { policy })
        const envelopes = scene.envelopes(topic, 3, (number) => ({
          ...same(),
          payload: { number },
          headers: { kept: 'Grüße' },
        }))
        await transport.publish(envelopes)
        await bell.until(scene, 'the others are handled', () => handled.length === 2)
        await parked.until('the dead letter is there', () => parked.deliveries.length > 0)
        const letter = parked.deliveries[0]?.message as ReceivedMessage
        expect(parked.deliveries[0]?.id).to.equal(envelopes[0]?.id)
        expect(scene.read(letter).payload).to.deep.equal({ number: 0 })
        expect(scene.read(letter).headers).to.include({ kept: 'Grüße' })
        expect(text(letter, 'dlq-original-topic')).to.equal(topic)
        expect(text(letter, 'dlq-consumer-group')).to.include(scene.group())
        expect(text(letter, 'dlq-error-message')).to.equal('no such item')
        expect(text(letter, 'dlq-error-type')).to.equal('TypeError')
        expect(text(letter, 'dlq-attempts')).to.equal('2')
      },
      noForward,
    ),
    play(
      'puts bytes that nobody can read into quarantine, unchanged, and goes on with others of the key',
      async (scene) => {
        const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
        const parked = await readBeside(scene, topic, '.quarantine')
        const handled: unknown[] = []
        await consume(scene, transport, topic, (item) => {
          handled.push(item)
          bell.ring()
        })
        await transport.forward([scene.outgoing(topic, { key: 'same', body: POISON, headers: { kept: 'yes' } })])
        await transport.publish(scene.envelopes(topic, 5, same))
        await bell.until(scene, 'the others are handled', () => handled.length === 5)
        await parked.until('the poison is there', () => parked.deliveries.length > 0)
        const letter = parked.deliveries[0]?.message as ReceivedMessage
        expect([...(letter.body ?? [])]).to.deep.equal([...POISON])
        expect(text(letter, 'kept')).to.equal('yes')
        expect(text(letter, 'dlq-reason')).to.equal('deserialization')
      },
      noForward,
    ),
    play('keeps a message whose dead letter cannot be stored, until it can', async (scene) => {
      const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
      const deadLetters = letterBox(2)
      const handled: number[] = []
      const handle: Handle = ({ number }) => {
        if (number === 0) throw new Error('never')
        handled.push(number)
        bell.ring()
      }
      await consume(scene, transport, topic, handle, { policy: once, deadLetters })
      await transport.publish(scene.envelopes(topic, 3, (number) => ({ ...same(), payload: { number } })))
      await bell.until(scene, 'the others are handled', () => new Set(handled).size === 2)
      expect(deadLetters.letters).to.have.length(1)
    }),
    play(
      'ends the signal of a handler at the deadline of the stop; the next member gets the message',
      async (scene) => {
        const [topic, publisher, leaving] = [await scene.topic(), await scene.start(), await scene.start()]
        const [begun, aborted, deadLetters] = [gate(), gate(), letterBox()]
        const handle: Handle = (_, { signal }) => {
          expect(signal.aborted, 'aborted before its time').to.equal(false)
          begun.open()
          return new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              aborted.open()
              reject(signal.reason)
            })
          })
        }
        const consumer = await consume(scene, leaving, topic, handle, { policy: once, deadLetters })
        const envelope = scene.envelope(topic, same())
        await publisher.publish([envelope])
        await scene.within(begun.passed, 'the handler begins')
        await rejectsWith('GULO_STOP_DEADLINE', () => scene.within(consumer.stop({ deadlineMs: 20 }), 'the stop ends'))
        await scene.within(aborted.passed, 'the signal is aborted')
        await leaving.stop({ deadlineMs: 20 }).catch(() => undefined)
        const next = scene.collector()
        await scene.subscribe(await scene.start(), topic, next)
        await next.untilAll([envelope])
        expect(deadLetters.letters, 'dead letters of a stop').to.have.length(0)
      },
    ),
    play('gives a message to the next member whose attempts a stop has ended', async (scene) => {
      const [topic, publisher, leaving] = [await scene.topic(), await scene.start(), await scene.start()]
      const [failed, deadLetters] = [gate(), letterBox()]
      const handle: Handle = () => {
        failed.open()
        throw new Error('not yet')
      }
      const policy = failurePolicy(anyError().retry(5, fixed('1h')))
      const consumer = await consume(scene, leaving, topic, handle, { policy, deadLetters })
      const envelope = scene.envelope(topic, same())
      await publisher.publish([envelope])
      await scene.within(failed.passed, 'the first attempt fails')
      await scene.within(consumer.stop(), 'the stop ends')
      await leaving.stop()
      const next = scene.collector()
      await scene.subscribe(await scene.start(), topic, next)
      await next.untilAll([envelope])
      expect(deadLetters.letters, 'dead letters of a stop').to.have.length(0)
    }),
    play(
      'lets others of the key pass a message that is to be tried again later',
      async (scene) => {
        const [transport, topic, bell] = [await scene.start(), await scene.topic(), new Bell()]
        await scene.beside(topic, `.retry.${scene.group()}.1`)
        const log: string[] = []
        const handle: Handle = ({ number }, { attempt }) => {
          log.push(`${number}/${attempt}`)
          bell.ring()
          if (number === 0 && attempt === 1) throw new Error('not yet')
        }
        const policy = failurePolicy(anyError().retryTopics([200]))
        await consume(scene, transport, topic, handle, { policy })
        await transport.publish(scene.envelopes(topic, 4, (number) => ({ ...same(), payload: { number } })))
        await bell.until(scene, 'the second attempt', () => log.includes('0/2'))
        await bell.until(scene, 'the others are handled', () => log.length === 5)
        expect(log).to.include.members(['0/1', '1/1', '2/1', '3/1'])
      },
      noForward,
    ),
  ]
}

/** A member of a group of its own that reads a topic beside another. */
async function readBeside(scene: Scene, topic: string, suffix: string): Promise<Collector> {
  const member = scene.collector()
  const beside = await scene.beside(topic, suffix)
  await scene.subscribe(await scene.start(), beside, member, scene.group('reader'))
  return member
}

function text({ headers }: ReceivedMessage, name: string): string {
  const value = headers[name]
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : (value ?? '')
}
