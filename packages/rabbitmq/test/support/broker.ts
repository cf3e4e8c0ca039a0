export const url = process.env['GULO_TEST_RABBITMQ']
const reason = process.env['GULO_SKIP_RABBITMQ'] ?? 'GULO_TEST_RABBITMQ names no broker'

/** Brokers are restarted meanwhile, on a machine that may be busy; in milliseconds. */
export const PATIENCE_MS = 60_000

/** `describe` with the URL of a real broker; without one a skipped `describe` that says why. */
export function describeWithBroker(title: string, body: (url: string) => void): void {
  if (url) {
    describe(title, function () {
      this.timeout(PATIENCE_MS)
      body(url as string)
    })
  } else describe.skip(`${title} [skipped: ${reason}]`, () => body('amqp://localhost'))
}
