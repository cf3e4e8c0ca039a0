import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { FromWorker, Role, ToWorker, WorkerOptions } from './protocol.js'

const START_MS = 60_000
const QUIET_MS = 60_000
const STOP_MS = 10_000

/** Worker processes of one shape, and what they have handled. */
export class Crew {
  readonly tookMs: number[] = []
  private readonly children = new Map<ChildProcess, Role>()
  private fault: string | undefined

  private constructor(private readonly options: Omit<WorkerOptions, 'role'>) {}

  /** One writer, and so many of the others. @throws when one of them does not start */
  static async start(options: Omit<WorkerOptions, 'role'>, relays: number, consumers: number): Promise<Crew> {
    const crew = new Crew(options)
    const roles: Role[] = ['writer', ...Array<Role>(relays).fill('relay'), ...Array<Role>(consumers).fill('consumer')]
    try {
      await Promise.all(roles.map((role) => crew.add(role)))
    } catch (error) {
      await crew.stop()
      throw error
    }
    return crew
  }

  get pids(): readonly number[] {
    return [...this.children.keys()].flatMap(({ pid }) => pid ?? [])
  }

  /** Has commands written, and waits until all their events are handled. @throws when nothing moves any more */
  async handle(commands: number, perSecond?: number): Promise<void> {
    this.tookMs.length = 0
    const [writer] = this.of('writer')
    writer?.send({ kind: 'write', commands, ...(perSecond === undefined ? {} : { perSecond }) } satisfies ToWorker)
    let last = 0
    let movedAt = performance.now()
    while (this.tookMs.length < commands) {
      await sleep(5)
      if (this.fault !== undefined) throw new Error(this.fault)
      if (this.tookMs.length > last) movedAt = performance.now()
      last = this.tookMs.length
      if (performance.now() - movedAt > QUIET_MS) throw new Error(`Only ${last} of ${commands} events were handled.`)
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      [...this.children.keys()].map(async (child) => {
        if (child.exitCode !== null || child.signalCode !== null) return
        const gone = once(child, 'exit')
        child.send({ kind: 'stop' } satisfies ToWorker, () => undefined)
        const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
        await gone
        clearTimeout(timer)
      }),
    )
  }

  private of(role: Role): readonly ChildProcess[] {
    return [...this.children].filter(([, own]) => own === role).map(([child]) => child)
  }

  private async add(role: Role): Promise<void> {
    const program = fileURLToPath(new URL('worker.js', import.meta.url))
    const child = fork(program, [], { stdio: ['ignore', 2, 2, 'ipc'] })
    this.children.set(child, role)
    const ready = new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => reject(new Error(`A ${role} did not start.`)), START_MS)
      child.on('message', (message: FromWorker) => {
        if (message.kind === 'handled') this.tookMs.push(...message.tookMs)
        else if (message.kind === 'failed') this.fault = `A ${role} failed: ${message.reason}`
        if (message.kind === 'handled') return
        clearTimeout(late)
        if (message.kind === 'ready') resolve()
        else reject(new Error(this.fault))
      })
    })
    child.send({ kind: 'start', options: { ...this.options, role } } satisfies ToWorker)
    await ready
  }
}
