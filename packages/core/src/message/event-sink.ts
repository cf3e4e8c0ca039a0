import type { DomainEvent, IntegrationEvent } from './message.js'

/** Where the events of a unit of work are gathered until they are published together. */
export interface EventSink {
  domainEvents: DomainEvent[]
  integrationEvents: IntegrationEvent[]
}

const ENDED = Object.freeze([]) as unknown as never[]

/** Closes a sink whose events have been published: whatever comes now would be lost. */
export function endSink(sink: EventSink): void {
  sink.domainEvents = ENDED
  sink.integrationEvents = ENDED
}

/** Whether the unit of work that gathers here has ended. */
export function hasEnded(sink: EventSink | undefined): boolean {
  return sink !== undefined && sink.domainEvents === ENDED
}
