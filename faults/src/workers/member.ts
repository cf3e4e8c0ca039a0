import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Services } from '../services.js'
import type { Ask, FromWorker, ToWorker, WorkerOptions } from './protocol.js'

export interface MemberOptions {
  readonly program: URL
  readonly services: Services
  /** What each of its processes is told; a new seed for each. */
  options(): WorkerOptions
  onReady(): void
  onStored(ids: readonly string[]): void
  onAsks(asks: readonly Ask[], send: (message: ToWorker) => void): void
  onNote(text: string): void
  onGone(): void
  /** It ended by itself, which no fault makes it do. */
  onCrash(): void
}

const STOP_MS = 8000

/** One place in the crew: a process, and after its death the next one. */
export class Member {
  private child: ChildProcess | undefined
  private record: object | undefined
  private closing = false
  ready = false

  constructor(private readonly options: MemberOptions) {}

  start(): void {
    const child = fork(fileURLToPath(this.options.program), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.child = child
    const { pid } = child
    // Whoever ends this process takes its workers along, even those that are stopped.
    if (pid !== undefined) this.record = this.options.services.remember({ name: 'worker', pid, signal: 'SIGKILL' })
    const send = (message: ToWorker) => {
      if (child.connected) child.send(message, () => undefined)
    }
    child.on('message', (message: FromWorker) => this.heed(message, send))
    // What it said before it died may be read after its exit.
    const ends = [once(child, 'exit'), once(child, 'disconnect')]
    void Promise.all(ends).then(() => this.gone(child))
    send({ kind: 'start', options: this.options.options() })
  }

  send(message: ToWorker): void {
    if (this.child?.connected) this.child.send(message, () => undefined)
  }

  /** Ends its process without a warning; the next one starts as soon as this one is gone. */
  kill(): void {
    this.ready = false
    this.child?.kill('SIGKILL')
  }

  /** Lets its process stand still; the broker takes it for dead meanwhile. */
  async freeze(ms: number): Promise<void> {
    const { child } = this
    child?.kill('SIGSTOP')
    await sleep(ms)
    child?.kill('SIGCONT')
  }

  async close({ gently }: { readonly gently: boolean }): Promise<void> {
    this.closing = true
    const { child } = this
    if (child === undefined) return
    const gone = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined
    if (gently) {
      this.send({ kind: 'stop' })
      await Promise.race([gone, sleep(STOP_MS)])
    }
    child.kill('SIGKILL')
    await gone
  }

  private heed(message: FromWorker, send: (message: ToWorker) => void): void {
    const { options } = this
    if (message.kind === 'ready') {
      this.ready = true
      options.onReady()
    } else if (message.kind === 'stored') options.onStored(message.ids)
    else if (message.kind === 'asks') options.onAsks(message.asks, send)
    else options.onNote(message.text)
  }

  private gone(child: ChildProcess): void {
    if (this.record !== undefined) this.options.services.forget(this.record)
    this.record = undefined
    if (this.child !== child) return
    this.child = undefined
    this.ready = false
    this.options.onGone()
    if (this.closing) return
    if (child.signalCode === 'SIGKILL') this.start()
    else this.options.onCrash()
  }
}
