import { setTimeout as sleep } from 'node:timers/promises'
import {
  Command,
  Contract,
  DomainEvent,
  EventMapper,
  handler,
  IntegrationEvent,
  type MessageContext,
  type Random,
  type Result,
  result,
} from '@gulo/core'
import type { PostgresTransaction } from '@gulo/postgres'
import { TYPE } from '../workers/protocol.js'

/** Counts a key up by `count`, and tells of each step. */
export class TakeSteps extends Command<Result<void>> {
  readonly command!: string
  /** Tells this attempt from others at the same command: what it raised is nobody's unless it has committed. */
  readonly attempt!: string
  readonly writer!: string
  readonly key!: string
  readonly count!: number
  readonly throws!: boolean
  readonly refused!: boolean
  readonly lagMs!: number
}

class StepsTaken extends DomainEvent {
  constructor(
    readonly attempt: string,
    readonly key: string,
    readonly first: number,
    readonly count: number,
  ) {
    super()
  }
}

@Contract(TYPE, { key: 'key' })
class StepTaken extends IntegrationEvent {
  readonly step!: string
  readonly key!: string
  readonly n!: number
}

/** What the handler says that changes its mind. */
export class MindChanged extends Error {}

const sql = (context: MessageContext) => context.transaction as PostgresTransaction

export const mapper = new EventMapper().register(StepsTaken, StepTaken, ({ attempt, key, first, count }) =>
  Array.from({ length: count }, (_, index) => ({ step: stepId(attempt, index), key, n: first + index })),
)

/** Names one of the messages of an attempt. */
export function stepId(attempt: string, index: number): string {
  return `${attempt}/${index}`
}

/** The row of the key is what orders its commands: who has locked it is first. */
export const takeSteps = handler(TakeSteps, async (command, context) => {
  const { key, count } = command
  const { rows } = await sql(context).query<{ first: number }>(
    'update faults.counter set n = n + $2::int where key = $1::text returning n - $2::int as first',
    [key, count],
  )
  const first = rows[0]?.first as number
  await sql(context).query(
    `insert into faults.taken (command, attempt, writer, key, first, count, lag_ms, refused)
     values ($1::text, $2::text, $3::text, $4::text, $5::int, $6::int, $7::int, $8::boolean)`,
    [command.command, command.attempt, command.writer, key, first, count, command.lagMs, command.refused],
  )
  if (command.throws) throw new MindChanged('changed its mind')
  return result(undefined, new StepsTaken(command.attempt, key, first, count))
})

const LONGEST_MS = 3

/** Notes each step once more, in the transaction of the inbox. */
export function noteSteps(random: Random) {
  return handler(StepTaken, async ({ step, key, n }, context) => {
    const ms = Math.floor(random.next() * (LONGEST_MS + 1))
    if (ms > 0) await sleep(ms)
    await sql(context).query('insert into faults.effect (id, key, n) values ($1::text, $2::text, $3::int)', [
      step,
      key,
      n,
    ])
  })
}
