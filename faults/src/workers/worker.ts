import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger, Transport } from '@gulo/core'
import { RemoteInbox } from '../inbox/remote-inbox.js'
import { startConsuming } from './consuming.js'
import { Producing } from './producing.js'
import type { FromWorker, ToWorker, WorkerOptions } from './protocol.js'

const PAUSE_MS = 500

/** The life of a worker process: it does what its parent says until it is killed, or its parent is gone. */
export function runWorker(makeTransport: (options: WorkerOptions, logger: Logger) => Transport): void {
  const worker = new Worker(makeTransport)
  process.on('message', (message: ToWorker) => worker.heed(message))
  process.on('disconnect', () => process.exit())
}

class Worker {
  private readonly inbox = new RemoteInbox((asks) => tell({ kind: 'asks', asks }))
  private transport: Transport | undefined
  private producing: Producing | undefined

  constructor(private readonly makeTransport: (options: WorkerOptions, logger: Logger) => Transport) {}

  heed(message: ToWorker): void {
    if (message.kind === 'start') void this.start(message.options)
    else if (message.kind === 'items') this.producing?.add(message.items)
    else if (message.kind === 'answers') this.inbox.heed(message)
    else void this.stop()
  }

  /** Starts until it works: the broker may be away. */
  private async start(options: WorkerOptions): Promise<void> {
    for (;;) {
      const transport = this.makeTransport(options, logger)
      try {
        await transport.start()
        if (options.role === 'consumer') await startConsuming(transport, this.inbox, options, logger)
        else this.producing = new Producing(transport, options, (ids) => tell({ kind: 'stored', ids }), note)
        this.transport = transport
        return tell({ kind: 'ready' })
      } catch (error) {
        note(`start: ${(error as Error).message}`)
        await transport.stop({ deadlineMs: 0 }).catch(() => undefined)
        await sleep(PAUSE_MS)
      }
    }
  }

  private async stop(): Promise<void> {
    await this.transport?.stop({ deadlineMs: 5000 }).catch(() => undefined)
    process.exit()
  }
}

const logger: Logger = { info: () => undefined, warn: (text) => note(text), error: (text) => note(text) }

function note(text: string): void {
  tell({ kind: 'note', text })
}

function tell(message: FromWorker): void {
  if (process.connected) process.send?.(message)
}
