import type { RegisteredHandler } from '../handling/registry.js'
import type { Envelope } from '../message/envelope.js'
import type { MessageClass } from '../message/message.js'
import type { ReceivedMessage } from '../transport/transport.js'
import type { LaneWork } from './lanes.js'
import type { Redelivery } from './redelivery.js'

/** What has happened to a message before. */
export type History = Pick<Redelivery, 'attempt' | 'firstFailedAt' | 'replayCount' | 'attemptLog' | 'ahead'>

/** A message that waits in the lane of its key. */
export interface Arrival {
  readonly message: ReceivedMessage
  readonly envelope: Envelope
  readonly messageClass: MessageClass
  readonly handlers: readonly RegisteredHandler[]
  readonly history: History
  /** What waits behind it, and what it waits for: of its key, or of its partition. */
  readonly lane: string | undefined
}

/** Where messages wait for their turn. */
export interface ArrivalLanes {
  run(key: string | undefined, work: LaneWork<Arrival>, arrival: Arrival): Promise<void>
  enter(key: string | undefined, work: LaneWork<Arrival>, arrival: Arrival): Promise<void>
  readonly size: number
  drained(): Promise<void>
}
