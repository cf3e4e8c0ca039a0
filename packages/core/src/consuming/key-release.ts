import type { Logger } from '../message/signals.js'
import type { Timer } from '../runtime/clock.js'
import type { Runtime } from '../runtime/runtime.js'
import type { HeldKey } from './dead-letters.js'
import type { HeldKeyQueue } from './held-keys.js'
import type { Redelivery } from './redelivery.js'

export interface KeyReleaseOptions {
  readonly keys: HeldKeyQueue
  /** The groups whose keys are released here. */
  readonly groups: readonly string[]
  /** Settles once the message is handled, or set aside. */
  readonly redeliver: (redelivery: Redelivery) => Promise<void>
  readonly runtime: Runtime
  readonly logger: Logger
  /** How often it looks for keys that others have let go, in milliseconds; `undefined` for once at the start and when told. */
  readonly pollMs: number | undefined
}

const AT_ONCE = 16
const CLAIM_MS = 30_000

/** Gives back what has waited behind dead letters: the messages of a key one after another, several keys at once. */
export class KeyRelease {
  private owner: string
  private readonly working = new Set<Promise<void>>()
  private looking: Promise<void> | undefined
  private again = false
  private timer: Timer | undefined
  private renewing: Timer | undefined
  private resting = true

  constructor(private readonly options: KeyReleaseOptions) {
    this.owner = options.runtime.newId()
  }

  start(): void {
    this.resting = false
    this.lookLater(0)
  }

  /** Looks at once: a letter has been settled. */
  kick(): void {
    if (this.resting) return
    this.again = this.looking !== undefined
    this.looking ??= this.look().finally(() => {
      this.looking = undefined
      if (this.again) this.kick()
    })
  }

  /** Begins with nothing more. */
  rest(): void {
    this.resting = true
    this.timer?.cancel()
  }

  /** Waits for what is in hand; whoever handles it has ended by then. */
  async stop(): Promise<void> {
    this.rest()
    await this.looking
    await Promise.all(this.working)
    this.renewing?.cancel()
  }

  private async look(): Promise<void> {
    const { keys, groups, logger } = this.options
    const claim = { owner: this.owner, forMs: CLAIM_MS }
    try {
      while (!this.resting && this.working.size < AT_ONCE) {
        const free = AT_ONCE - this.working.size
        const claimed = await keys.claim(groups, free, claim)
        for (const key of claimed) this.begin(key)
        if (claimed.length < free) return
      }
    } catch (error) {
      logger.error('what waits behind dead letters could not be looked for', error)
    }
  }

  private begin(key: HeldKey): void {
    const working = this.releaseAll(key).finally(() => {
      const full = this.working.size >= AT_ONCE
      this.working.delete(working)
      if (full) this.kick()
    })
    this.working.add(working)
    if (this.renewing === undefined) this.renewLater()
  }

  private async releaseAll(key: HeldKey): Promise<void> {
    const { keys, redeliver, logger } = this.options
    try {
      let settled = true
      while (!this.resting) {
        const parked = await keys.next(key, this.owner)
        if (parked === undefined) break
        settled = await redeliver({ ...parked.redelivery, ahead: true }).then(
          () => true,
          (error: unknown) => {
            logger.error(
              `a message that waited behind a dead letter of ${key.group} is kept and tried again later`,
              error,
            )
            return false
          },
        )
        if (!settled) break
        await keys.forget(key, parked.id)
      }
      const free = await keys.release(key, this.owner)
      // A message may have come in between; after a failure only time helps.
      if (!free && settled) this.kick()
    } catch (error) {
      logger.error(`what waits behind dead letters of ${key.group} could not be given back`, error)
      // A claim that could not be given up must run out: it is not renewed for this owner any more.
      this.owner = this.options.runtime.newId()
    }
  }

  private lookLater(afterMs: number): void {
    const { runtime, pollMs } = this.options
    this.timer = runtime.clock.after(
      afterMs,
      () => {
        this.kick()
        if (pollMs !== undefined && !this.resting) this.lookLater(pollMs)
      },
      { background: true },
    )
  }

  private renewLater(): void {
    const { runtime, keys } = this.options
    this.renewing = runtime.clock.after(
      CLAIM_MS / 3,
      () => {
        this.renewing = undefined
        if (this.working.size === 0) return
        keys.renew({ owner: this.owner, forMs: CLAIM_MS }).catch(() => undefined)
        this.renewLater()
      },
      { background: true },
    )
  }
}
