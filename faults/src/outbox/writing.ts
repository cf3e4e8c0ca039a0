import { setTimeout as sleep } from 'node:timers/promises'
import { GuloError, type Service } from '@gulo/core'
import type pg from 'pg'
import { NO_MISHAP, type Planned, planCommands } from './commands.js'
import { MindChanged, TakeSteps } from './model.js'
import type { Share } from './protocol.js'

const AT_ONCE = 8
const PAUSE_MS = 50

/** Sends the commands of a share that are not done yet. What became of one that failed, the database knows. */
export class Writing {
  private todo: Planned[] = []
  private running = true
  private wake: (() => void)[] = []

  constructor(
    private readonly pool: pg.Pool,
    private readonly service: Service,
    private readonly share: Share,
    /** Tells its process from others with the same share. */
    private readonly generation: number,
    private readonly tally: (what: string) => void,
    private readonly note: (text: string) => void,
  ) {}

  /** Finds out where a process before this one has come to, and goes on from there. */
  async start(): Promise<void> {
    const { rows } = await this.asked<{ command: string }>('select command from faults.taken where writer = $1', [
      this.share.writer,
    ])
    const done = new Set(rows.map(({ command }) => command))
    this.todo = planCommands(this.share).filter(({ command }) => !done.has(command))
    for (let count = 0; count < AT_ONCE; count++) void this.work()
  }

  pace(running: boolean): void {
    this.running = running
    if (running) for (const each of this.wake.splice(0)) each()
  }

  private async work(): Promise<void> {
    for (let next = this.todo.shift(); next !== undefined; next = this.todo.shift()) await this.settle(next)
  }

  private async settle({ mishap, ...planned }: Planned): Promise<void> {
    for (let tries = 0; ; tries++) {
      if (!this.running) await new Promise<void>((resolve) => this.wake.push(resolve))
      const goesWrong = tries === 0 ? mishap : NO_MISHAP
      try {
        if (goesWrong.lagMs > 0) this.tally('slowCommits')
        const { writer } = this.share
        const attempt = `${planned.command}#${this.generation}.${tries}`
        await this.service.mediator.send(TakeSteps.of({ ...planned, ...goesWrong, writer, attempt }))
        return
      } catch (error) {
        this.failed(error)
        if (await this.isDone(planned.command)) return
        await sleep(PAUSE_MS)
      }
    }
  }

  private failed(error: unknown): void {
    const code = GuloError.is(error) ? error.code : undefined
    if (error instanceof MindChanged || code === 'POSTGRES_COMMIT_FAILED') return this.tally('rolledBack')
    if (code === 'POSTGRES_COMMIT_UNKNOWN') return this.tally('commitsUnknown')
    this.note(`command: ${(error as Error).message}`)
  }

  private async isDone(command: string): Promise<boolean> {
    const { rows } = await this.asked('select 1 from faults.taken where command = $1', [command])
    return rows.length > 0
  }

  /** Asks until the database answers. */
  private async asked<Row extends pg.QueryResultRow>(text: string, values: unknown[]): Promise<pg.QueryResult<Row>> {
    for (;;) {
      try {
        return await this.pool.query<Row>(text, values)
      } catch (error) {
        this.note(`question: ${(error as Error).message}`)
        await sleep(PAUSE_MS)
      }
    }
  }
}
