import assert from 'node:assert/strict'
import {
  type Command,
  type DomainEvent,
  type EventCarrier,
  type EventSink,
  GuloError,
  type HandlerSource,
  type IntegrationEvent,
  Mediator,
  type Query,
} from '@gulo/core'

/** What has one handler and an answer. */
export type Sendable = Command<unknown> | Query<unknown>
/** An event of either kind. */
export type AnyEvent = DomainEvent | IntegrationEvent

/** Starts a test of handlers without a service: `await given(new PlaceOrderHandler(orders)).when(command).raises(event)`. */
export function given(...handlers: readonly HandlerSource[]): Given {
  return new Given(handlers, [])
}

/** Handlers, and what has happened to them before. */
export class Given {
  constructor(
    private readonly handlers: readonly HandlerSource[],
    private readonly earlier: readonly (Sendable | AnyEvent)[],
  ) {}

  /** Handles these messages first; what comes of them is not looked at. */
  after(...messages: readonly (Sendable | AnyEvent)[]): Given {
    return new Given(this.handlers, [...this.earlier, ...messages])
  }

  /** Handles the message in question. */
  when(message: Sendable | AnyEvent): Then {
    return new Then(this.handlers, this.earlier, message)
  }
}

/** Looks at what came of a message: each check runs it anew on the handlers as they are. */
export class Then {
  constructor(
    private readonly handlers: readonly HandlerSource[],
    private readonly earlier: readonly (Sendable | AnyEvent)[],
    private readonly message: Sendable | AnyEvent,
  ) {}

  /** Expects exactly these events, domain events first, each kind in order. */
  async raises(...events: readonly AnyEvent[]): Promise<void> {
    const { sink } = await this.run()
    assert.deepEqual([...sink.domainEvents, ...sink.integrationEvents], events)
  }

  /** Expects no event. */
  raisesNothing(): Promise<void> {
    return this.raises()
  }

  /** Expects this answer; of a Result its value. */
  async answers(value: unknown): Promise<void> {
    const { answer } = await this.run()
    const carried = (answer as (EventCarrier & { readonly value?: unknown }) | undefined)?.domainEvents !== undefined
    assert.deepEqual(carried ? (answer as { readonly value?: unknown }).value : answer, value)
  }

  /** Expects a failure: of an error class, with a code, or with a message that matches. */
  async rejects(expected: (abstract new (...parameters: never[]) => Error) | string | RegExp): Promise<void> {
    let error: unknown
    try {
      await this.run()
    } catch (caught) {
      error = caught
    }
    assert.ok(error !== undefined, `${this.message.constructor.name} was expected to fail, but it succeeded`)
    if (typeof expected === 'function')
      assert.ok(error instanceof expected, `expected ${expected.name}, got ${String(error)}`)
    else if (typeof expected === 'string')
      assert.ok(GuloError.is(error, expected) || (error as { code?: unknown }).code === expected, String(error))
    else assert.match(String(error), expected)
  }

  private async run(): Promise<{ readonly answer: unknown; readonly sink: EventSink }> {
    const mediator = new Mediator({ handlers: this.handlers })
    for (const message of this.earlier) await handle(mediator, message)
    return handle(mediator, this.message)
  }
}

async function handle(mediator: Mediator, message: Sendable | AnyEvent): Promise<{ answer: unknown; sink: EventSink }> {
  const context = mediator.createContext()
  const sink: EventSink = { domainEvents: [], integrationEvents: [] }
  context.sink = sink
  const [handler] = mediator.registry.of(message.constructor as never)
  // Events run their handler directly: published in a unit of work, an integration event would go to the broker instead.
  if (handler?.kind.endsWith('event')) return { answer: await mediator.handle(handler, message, context), sink }
  return { answer: await mediator.send(message as Sendable, { context }), sink }
}
