/** What setup.mjs decided about Kafka, before any test file was loaded: `{ brokers }` or `{ skip: reason }`. */
export function kafkaForTests() {
  const { address, skip } = decided('KAFKA')
  return address ? { brokers: address.split(',') } : { skip }
}

/** What setup.mjs decided about RabbitMQ: `{ url }` or `{ skip: reason }`. */
export function rabbitmqForTests() {
  const { address, skip } = decided('RABBITMQ')
  return address ? { url: address } : { skip }
}

/** What setup.mjs decided about PostgreSQL: `{ url }` or `{ skip: reason }`. */
export function postgresForTests() {
  const { address, skip } = decided('POSTGRES')
  return address ? { url: address } : { skip }
}

/** `describe`, or with a reason a skipped `describe` that carries it in its title, where the reporter looks for it. */
export function describeUnless(skip, title, body) {
  if (skip) describe.skip(`${title} [skipped: ${skip}]`, body)
  else describe(title, body)
}

function decided(name) {
  const address = process.env[`GULO_TEST_${name}`]
  return address ? { address } : { skip: process.env[`GULO_SKIP_${name}`] || 'run without test/setup.mjs' }
}
