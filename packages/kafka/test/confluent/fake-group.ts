import { EventEmitter } from 'node:events'
import { FakeDriver } from './fake-driver.js'

type Done = (error: null, messages: readonly object[]) => void

interface Callbacks {
  readonly rebalance_cb: (error: { code: number }, partitions: readonly object[]) => void
  readonly queue_non_empty_cb: () => void
}

const ASSIGN = -175
const REVOKE = -174

/** The binding with one consumer of the topic `t`, which does what the test says. */
export class FakeGroup extends FakeDriver {
  lost = false
  unassigned = 0
  disconnected = false
  fetchingWhenDisconnected = false
  readonly sought: number[] = []
  readonly committing: (readonly object[])[] = []
  override readonly KafkaConsumer: new (
    config: never,
  ) => object
  private readonly emitter = new EventEmitter()
  private queue: object[] = []
  private later: object[] = []
  private fetching = false
  private callbacks!: Callbacks

  constructor() {
    super()
    const group = this
    this.KafkaConsumer = class {
      constructor(config: Callbacks) {
        group.callbacks = config
        Object.assign(this, group.consumer())
      }
    } as never
  }

  get isDrained(): boolean {
    return this.queue.length === 0
  }

  assign(partition: number): void {
    this.callbacks.rebalance_cb({ code: ASSIGN }, [{ topic: 't', partition }])
  }

  revoke(partition: number): void {
    this.callbacks.rebalance_cb({ code: REVOKE }, [{ topic: 't', partition }])
  }

  /** The next fetch brings these offsets. */
  fetched(partition: number, ...offsets: number[]): void {
    this.queue.push(...offsets.map((offset) => message(partition, offset)))
    this.callbacks.queue_non_empty_cb()
  }

  /** A fetch that is under way brings this, after whatever is asked meanwhile. */
  fetchedLater(partition: number, offset: number): void {
    this.later.push(message(partition, offset))
    this.callbacks.queue_non_empty_cb()
  }

  committed(): void {
    this.emitter.emit('offset.commit', undefined, this.committing.shift())
  }

  private consume(done: Done): void {
    this.fetching = true
    setImmediate(() => {
      this.fetching = false
      done(null, [...this.queue.splice(0), ...this.later.splice(0)])
    })
  }

  private consumer(): object {
    const nothing = () => undefined
    return {
      on: (event: string, listener: (...values: unknown[]) => void) => this.emitter.on(event, listener),
      connect: (_: unknown, done: (error: null) => void) => done(null),
      subscribe: nothing,
      unsubscribe: nothing,
      setDefaultConsumeTimeout: nothing,
      setDefaultIsTimeoutOnlyForFirstMessage: nothing,
      pause: nothing,
      resume: nothing,
      assign: nothing,
      unassign: () => void (this.unassigned += 1),
      assignmentLost: () => this.lost,
      consume: (_: number, done: Done) => this.consume(done),
      commit: (offsets: readonly object[]) => void this.committing.push(offsets),
      seek: ({ offset }: { offset: number }, _: number, done: (error: null) => void) => {
        this.sought.push(offset)
        done(null)
      },
      disconnect: (done: () => void) => {
        this.fetchingWhenDisconnected = this.fetching
        this.disconnected = true
        done()
      },
    }
  }
}

function message(partition: number, offset: number): object {
  return { topic: 't', partition, offset, key: null, value: Buffer.from(String(offset)), timestamp: 1 }
}
