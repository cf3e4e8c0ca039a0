import { KafkaStage } from '../kafka/stage.js'
import type { StoredCopy } from '../ledger/books.js'
import { RabbitMqStage } from '../rabbitmq/stage.js'
import type { Plan } from '../rig.js'

/** What the rig of a broker has, with one more thing that can be done to it. */
export interface OutboxStage {
  readonly address: string
  /** How long a consumer must stand still to be taken for dead, in milliseconds. */
  readonly sessionMs: number
  /** What is done to the broker, in this order, spread over the run. */
  readonly disturbances: readonly (() => Promise<void>)[]
  /** Takes the broker away for so long, in milliseconds. */
  away(ms: number): Promise<void>
  /** Everything in the broker's log, where it has one. */
  read?(): Promise<readonly StoredCopy[]>
  counts(): Readonly<Record<string, number>>
  close(): Promise<void>
}

export function startStage(plan: Plan): Promise<OutboxStage> {
  return plan.broker === 'rabbitmq' ? RabbitMqStage.start(plan, false) : KafkaStage.start(plan)
}
