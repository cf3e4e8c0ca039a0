const url = process.env['GULO_TEST_RABBITMQ']
const reason = process.env['GULO_SKIP_RABBITMQ'] ?? 'GULO_TEST_RABBITMQ names no broker'

/** `describe` with the URL of a real broker; without one a skipped `describe` that says why. */
export function describeWithBroker(title: string, body: (url: string) => void): void {
  if (url) describe(title, () => body(url))
  else describe.skip(`${title} [skipped: ${reason}]`, () => body('amqp://localhost'))
}
