import { setTimeout as sleep } from 'node:timers/promises'
import { GuloError, type Logger, type Observer, type Service } from '@gulo/core'
import pg from 'pg'
import { makeService } from './make-service.js'
import type { FromOutboxWorker, OutboxWorkerOptions, ToOutboxWorker } from './protocol.js'
import { Writing } from './writing.js'

const PAUSE_MS = 300
const CONNECTIONS = { writer: 12, relay: 5, consumer: 20 }

/** The life of a worker process: it does what its role is until it is killed, or its parent is gone. */
class Worker {
  private counts: Record<string, number> = {}
  private service: Service | undefined
  private writing: Writing | undefined

  heed(message: ToOutboxWorker): void {
    if (message.kind === 'start') void this.start(message.options)
    else if (message.kind === 'pace') this.writing?.pace(message.running)
    else void this.stop()
  }

  /** Starts until it works: the broker or the database may be away. */
  private async start(options: OutboxWorkerOptions): Promise<void> {
    const pool = new pg.Pool({ connectionString: options.database, max: CONNECTIONS[options.role] })
    // Outside of the time in which a store listens.
    pool.on('error', () => undefined)
    for (;;) {
      const service = makeService(options, { pool, logger, observer: this.observer })
      try {
        this.service = await service.start()
        if (options.share !== undefined) {
          this.writing = new Writing(pool, service, options.share, options.seed, this.tally, note)
          await this.writing.start()
        }
        return tell({ kind: 'ready' })
      } catch (error) {
        note(`start: ${(error as Error).message}`)
        await sleep(PAUSE_MS)
      }
    }
  }

  private readonly observer: Observer = ({ kind }) => {
    if (kind === 'duplicate') this.tally('absorbed')
    else if (kind === 'publish-failed') this.tally('publishesFailed')
    else if (kind === 'redelivery') this.tally('handedBack')
    else if (kind === 'retried') this.tally('retried')
    else if (kind === 'dead-lettered' || kind === 'quarantined') this.tally('setAside')
  }

  private readonly tally = (what: string): void => {
    if (Object.keys(this.counts).length === 0) setImmediate(() => this.flush())
    this.counts[what] = (this.counts[what] ?? 0) + 1
  }

  private flush(): void {
    const { counts } = this
    this.counts = {}
    tell({ kind: 'tally', counts })
  }

  private async stop(): Promise<void> {
    await this.service?.stop({ deadlineMs: 5000 }).catch(() => undefined)
    process.exit()
  }
}

const logger: Logger = {
  info: () => undefined,
  warn: (text) => note(text),
  error: (text, error) => note(`${text}: ${GuloError.is(error) ? error.code : (error as Error | undefined)?.message}`),
}

function note(text: string): void {
  tell({ kind: 'note', text })
}

function tell(message: FromOutboxWorker): void {
  if (process.connected) process.send?.(message)
}

const worker = new Worker()
process.on('message', (message: ToOutboxWorker) => worker.heed(message))
process.on('disconnect', () => process.exit())
