import type { Inbox } from '../consuming/inbox.js'
import type { Redelivery } from '../consuming/redelivery.js'
import { fault } from '../faults.js'
import type { Dispatcher, SendOptions } from '../handling/dispatcher.js'
import type { MessageDecoder } from '../handling/middleware.js'
import type { ContextOptions, MessageContext } from '../message/context.js'
import type { ContractRegistry } from '../message/contract.js'
import type { Envelope } from '../message/envelope.js'
import type { Command } from '../message/message.js'
import type { EventPublishing } from '../publishing/event-publishing.js'
import { type Clock, withDeadline } from '../runtime/clock.js'
import type { Publisher } from '../transport/transport.js'
import type { ScheduledItem } from './schedule.js'

export interface DueActionOptions {
  readonly contracts: ContractRegistry
  readonly decode: MessageDecoder
  readonly clock: Clock
  /** Where due integration events go. */
  readonly publisher: Publisher | undefined
  /** Where due commands go. */
  readonly dispatcher: Dispatcher
  /** After this time a due command has failed, in milliseconds. @default never */
  readonly handlerTimeoutMs?: number | undefined
  /** Has a command take effect once, however often it is due. @default it takes effect each time */
  readonly once?: DoneOnce | undefined
  /** Where delayed retries go. */
  readonly redeliver: (redelivery: Redelivery) => Promise<void>
}

/** What remembers the commands that are done, in the transaction of their handlers. */
interface DoneOnce {
  readonly inbox: Inbox
  readonly publishing: EventPublishing
  /** The name under which they are remembered. */
  readonly consumer: string
  readonly createContext: (options: ContextOptions) => MessageContext
}

/** Does what is due: sends a command, publishes an event, or hands a message to its consumer once more. */
export class DueAction {
  constructor(private readonly options: DueActionOptions) {}

  run({ work }: ScheduledItem, signal: AbortSignal): Promise<void> {
    if (work.kind === 'redeliver') return this.options.redeliver(work.redelivery)
    if (work.kind === 'send') return this.send(work.envelope, signal)
    const { publisher } = this.options
    if (publisher === undefined)
      return Promise.reject(fault('GULO_NO_PUBLISHER', { operation: 'Publishing a scheduled event' }))
    return publisher.publish([work.envelope])
  }

  private async send(envelope: Envelope, stopped: AbortSignal): Promise<void> {
    const { type, payload, id, correlationId, causationId, tenantId, traceparent, tracestate } = envelope
    const contract = this.options.contracts.find(type)
    if (contract === undefined) throw fault('GULO_UNKNOWN_TYPE', { group: 'scheduler', type })
    const command =
      payload instanceof contract.messageClass ? payload : await this.options.decode(contract.messageClass, payload)
    const given = { messageId: id, correlationId, causationId, tenantId, traceparent, tracestate }
    await this.sendOnce(command as Command<unknown>, given, stopped)
  }

  private async sendOnce(
    command: Command<unknown>,
    given: ContextOptions & { readonly messageId: string },
    stopped: AbortSignal,
  ): Promise<void> {
    const { dispatcher, once, handlerTimeoutMs } = this.options
    const abort = handlerTimeoutMs === undefined ? undefined : new AbortController()
    const told = { ...given, signal: abort ? AbortSignal.any([stopped, abort.signal]) : stopped }
    const send = async (options: SendOptions) => {
      const sending = dispatcher.send(command, options)
      await (abort === undefined ? sending : this.inTime(command, abort, sending))
    }
    if (once === undefined) return send(told)
    const { messageId } = given
    // Sent within: a handler that is late rolls back with the note that it has run.
    await once.publishing.run(once.createContext(told), command.constructor.name, (context) =>
      once.inbox.once({ consumer: once.consumer, messageId, transaction: context.transaction }, () =>
        send({ context }),
      ),
    )
  }

  private inTime(command: Command<unknown>, abort: AbortController, work: Promise<unknown>): Promise<unknown> {
    const { clock, handlerTimeoutMs: timeoutMs = 0 } = this.options
    const message = command.constructor.name
    return withDeadline(clock, timeoutMs, work, () => {
      abort.abort()
      return fault('GULO_HANDLER_TIMEOUT', { handler: `of ${message}`, message, timeoutMs })
    })
  }
}
