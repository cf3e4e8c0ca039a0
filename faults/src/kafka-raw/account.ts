import type { KafkaStage } from '../kafka/stage.js'
import { countCopies, type StoredCopy } from '../ledger/books.js'
import type { Plan } from '../rig.js'
import { drive, type Publish } from './drive.js'

const STOPS = 2

/** What became of the messages of one publisher. */
export interface Account {
  readonly stored: number
  /** Acknowledged and not in the log. */
  readonly lost: number
  /** Copies beyond the first that the same producer wrote. */
  readonly twice: number
  /** Copies beyond the first that a successor wrote. */
  readonly again: number
}

/** Publishes under the usual faults; on three brokers two are stopped in turn meanwhile. Answers what was acknowledged. */
export async function whileBroken(
  stage: KafkaStage,
  { brokers, messages }: Pick<Plan, 'brokers' | 'messages'>,
  name: string,
  publish: Publish,
): Promise<Set<string>> {
  let stops = brokers === 1 ? 0 : STOPS
  const driving = drive(name, messages, publish, () => stops > 0)
  for (; stops > 0; stops--) await stage.stopNext()
  return driving
}

/** Compares what was acknowledged with what is in the log under the publisher's name. */
export function account(acknowledged: ReadonlySet<string>, log: readonly StoredCopy[], name: string): Account {
  const copies = log.filter(({ id }) => id.startsWith(`${name}-`))
  const stored = new Set(copies.map(({ id }) => id))
  const { same, successor } = countCopies(copies)
  const lost = [...acknowledged].filter((id) => !stored.has(id)).length
  return { stored: stored.size, lost, twice: same, again: successor }
}
