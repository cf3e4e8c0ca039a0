import type { Clock } from '@gulo/core'

/** When something was last heard of a member. */
export class LifeSign {
  private heardAt: number

  constructor(private readonly clock: Clock) {
    this.heardAt = clock.monotonic()
  }

  heard(): void {
    this.heardAt = this.clock.monotonic()
  }

  /** How long ago that was, in milliseconds. */
  get silentMs(): number {
    return this.clock.monotonic() - this.heardAt
  }
}
