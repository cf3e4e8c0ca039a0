import type { KafkaFailure } from '../client/client.js'
import type { DriverClient } from './driver.js'
import { called, failureOfText } from './failures.js'
import { invalid } from './options.js'

interface LogLine {
  readonly fac?: string
  readonly message?: string
}

/** Makes a client of the binding. @throws GULO_CONFIGURATION_INVALID for what librdkafka does not accept */
export function construct<T extends Pick<DriverClient, 'on'>>(make: () => T): T {
  try {
    const client = make()
    // an event of this name that nobody hears ends the process; a failed token fetch is in the log as well
    client.on('error', () => undefined)
    return client
  } catch (error) {
    throw invalid([`librdkafka: ${(error as Error).message}.`], error)
  }
}

/** Settles like `connecting`; rejects with the reason in the log, where the binding says only "transport failure". */
export function explained(client: Pick<DriverClient, 'on'>, connecting: () => Promise<unknown>): Promise<void> {
  return new Promise((resolve, reject) => {
    let reason: KafkaFailure | undefined
    client.on('event.log', ({ fac, message }: LogLine) => {
      if (fac !== 'FAIL' || message === undefined) return
      reason = failureOfText(withoutPrefix(message))
      // a wrong password does not become right by waiting
      if (reason.code !== undefined) reject(reason)
    })
    connecting().then(
      () => resolve(),
      (failure) => reject(reason ?? failure),
    )
  })
}

/** Connects a producer or a consumer and waits for the first metadata. */
export function connected(client: DriverClient, timeoutMs: number): Promise<void> {
  return explained(client, () => called((done) => client.connect({ allTopics: false, timeout: timeoutMs }, done)))
}

/** `[thrd:host/bootstrap]: host/bootstrap: Connect to …` → `Connect to …`. */
function withoutPrefix(message: string): string {
  return message.replace(/^\[thrd:[^\]]*\]: /, '').replace(/^\S+\/\S+: /, '')
}
