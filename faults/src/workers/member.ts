import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Services } from '../services.js'

/** What processes say beside what is theirs alone. */
interface Said {
  readonly kind: string
}

export interface MemberOptions<To, From extends Said> {
  readonly program: URL
  readonly services: Services
  /** What each of its processes is told first, to be answered with `ready`. */
  start(): To
  onReady(): void
  /** It said something else than that it is ready. */
  onMessage(message: Exclude<From, { readonly kind: 'ready' }>, send: (message: To) => void): void
  onGone(): void
  /** It ended by itself, which no fault makes it do. */
  onCrash(): void
}

const STOP_MS = 8000

/** One place in the crew: a process, and after its death the next one. */
export class Member<To extends Said, From extends Said> {
  private child: ChildProcess | undefined
  private record: object | undefined
  private closing = false
  ready = false

  constructor(private readonly options: MemberOptions<To, From>) {}

  start(): void {
    const child = fork(fileURLToPath(this.options.program), [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.child = child
    const { pid } = child
    // Whoever ends this process takes its workers along, even those that are stopped.
    if (pid !== undefined) this.record = this.options.services.remember({ name: 'worker', pid, signal: 'SIGKILL' })
    const send = (message: To) => {
      if (child.connected) child.send(message, () => undefined)
    }
    child.on('message', (message: From) => this.heed(message, send))
    // What it said before it died may be read after its exit.
    const ends = [once(child, 'exit'), once(child, 'disconnect')]
    void Promise.all(ends).then(() => this.gone(child))
    send(this.options.start())
  }

  send(message: To): void {
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
      this.child?.send({ kind: 'stop' }, () => undefined)
      await Promise.race([gone, sleep(STOP_MS)])
    }
    child.kill('SIGKILL')
    await gone
  }

  private heed(message: From, send: (message: To) => void): void {
    if (message.kind === 'ready') {
      this.ready = true
      this.options.onReady()
    } else this.options.onMessage(message as Exclude<From, { readonly kind: 'ready' }>, send)
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
