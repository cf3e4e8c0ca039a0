/** What setup.mjs decided about Kafka, before any test file was loaded: its brokers, or why to skip. */
export function kafkaForTests() {
  const { address, skip } = decided('KAFKA')
  return { brokers: address.split(',').filter(Boolean), skip }
}

/** What setup.mjs decided about RabbitMQ: its URL, or why to skip. */
export function rabbitmqForTests() {
  const { address, skip } = decided('RABBITMQ')
  return { url: address, skip }
}

/** What setup.mjs decided about the second Kafka client: the folder of its module, or why to skip. */
export function confluentForTests() {
  const { address, skip } = decided('CONFLUENT')
  return { module: address, skip }
}

/** What setup.mjs decided about PostgreSQL: its URL, or why to skip. */
export function postgresForTests() {
  const { address, skip } = decided('POSTGRES')
  return { url: address, skip }
}

/** `describe`, or with a reason a skipped `describe` that carries it in its title, where the reporter looks for it. */
export function describeUnless(skip, title, body) {
  if (skip) describe.skip(`${title} [skipped: ${skip}]`, body)
  else describe(title, body)
}

function decided(name) {
  const address = process.env[`GULO_TEST_${name}`]
  return address ? { address } : { address: '', skip: process.env[`GULO_SKIP_${name}`] || 'run without test/setup.mjs' }
}
