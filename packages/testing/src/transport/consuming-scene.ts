import {
  Consumer,
  type ConsumerOptions,
  Contract,
  type DeadLetter,
  IntegrationEvent,
  type MessageContext,
  type Transport,
} from '@gulo/core'
import type { Scene } from './scene.js'

/** What the envelopes of a scene tell: each has a number, and some have a key of their own. */
class Item extends IntegrationEvent {
  declare readonly number: number
  declare readonly key: string | undefined
}
Contract('conformance.item.changed.v1')(Item)

export type Handle = (item: Item, context: MessageContext) => Promise<void> | void

/** A started consumer of a topic; it is stopped at the end of the scene. */
export async function consume(
  scene: Scene,
  transport: Transport,
  topic: string,
  handle: Handle,
  more: Partial<ConsumerOptions> = {},
): Promise<Consumer> {
  const consumer = new Consumer({
    transport,
    group: scene.group(),
    action: 'collect',
    topics: () => topic,
    readEnvelope: (message) => scene.read(message as never),
    logger: quiet,
    ...more,
  })
  consumer.handle(Item, handle)
  scene.atEnd(() => consumer.stop({ deadlineMs: 100 }))
  return consumer.start()
}

/** A sink that keeps letters, after refusing the first `refusals`. */
export function letterBox(refusals = 0): { readonly letters: DeadLetter[]; add(letter: DeadLetter): Promise<void> } {
  const letters: DeadLetter[] = []
  let left = refusals
  return {
    letters,
    add: async (letter) => {
      if (left-- > 0) throw new Error('the dead letters are full')
      letters.push(letter)
    },
  }
}

/** Tells whoever waits when something has changed. */
export class Bell {
  private readonly looks = new Set<() => void>()

  ring(): void {
    for (const look of this.looks) look()
  }

  /** Resolves once `met` answers true; it is asked at every ring. */
  until(scene: Scene, what: string, met: () => boolean): Promise<void> {
    let look: () => void = () => undefined
    const happened = new Promise<void>((resolve) => {
      look = () => met() && resolve()
      this.looks.add(look)
      look()
    })
    return scene.within(happened, what).finally(() => this.looks.delete(look))
  }
}

// Failures are what these cases are about.
const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }
