import Mocha from 'mocha'

const { constants } = Mocha.Runner

/** Dots, failures, skipped tests counted by reason, and the totals alone on the very last line. */
export default class Totals extends Mocha.reporters.Dot {
  constructor(runner, options) {
    super(runner, options)
    this.skipped = []
    runner.on(constants.EVENT_TEST_PENDING, (test) => this.skipped.push(test))
    runner.once(constants.EVENT_RUN_END, () => this.printSkipped())
  }

  printSkipped() {
    for (const [reason, count] of countByReason(this.skipped)) console.log(`  skipped ${count}: ${reason}`)
  }

  // Called after the global teardown, so that nothing comes after the totals. Failing hooks and fixtures count as failures.
  done(failures, finish) {
    const { passes = 0, pending = 0 } = this.stats ?? {}
    console.log(`${passes} passed, ${failures} failed, ${pending} skipped`)
    finish(failures)
  }
}

/** Skipped tests per reason, most first. */
export function countByReason(tests, environment = process.env) {
  const counts = new Map()
  for (const test of tests) {
    const reason = reasonOf(test, environment)
    counts.set(reason, (counts.get(reason) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a)
}

function reasonOf(test, environment) {
  const title = test.fullTitle()
  const written = /[[(](?:skipped|left out): ([^\])]+)[\])]/.exec(title)?.[1]
  // A suite that skips in a hook has no reason in its title; the service it would have needed has one.
  const where = `${title} ${test.file ?? ''}`.toLowerCase()
  const service = ['kafka', 'rabbitmq', 'postgres', 'confluent', 'debezium'].find(
    (name) => environment[`GULO_SKIP_${name.toUpperCase()}`] && where.includes(name),
  )
  const reason = written ?? (service && environment[`GULO_SKIP_${service.toUpperCase()}`])
  if (!reason) return `no reason given: ${title}`
  return service ? `${service}: ${reason}` : reason
}
