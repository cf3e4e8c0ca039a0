// Prints how each partitioner of @gulo/kafka spreads messages over partitions and what becomes of the order of their
// keys: counts, always the same. `--write` puts the table into the manual, `--check` says whether it is there.
//   npm run -s partition-spread
import { readFileSync, writeFileSync } from 'node:fs'
import { seededRandom } from '@gulo/core'
import { Partitioner } from '../packages/kafka/dist/producing/partitioner.js'
import { report } from './support/report.mjs'

const PAGE = 'docs/transports/kafka.md'
const MARKED = /(<!-- partition-spread -->\n)[\s\S]*?(\n<!-- end of partition-spread -->)/
const MESSAGES = 12_000
const KEYS = 600
const PARTITIONS = 12

/** Which key a message has: each as likely, or the one of rank r as likely as 1/r. */
const KEY_SETS = {
  'all alike': () => drawer(() => 1),
  'some far more often': () => drawer((rank) => 1 / (rank + 1)),
}
const STRATEGIES = {
  "`'key'`": 'key',
  "`'round-robin'`": 'round-robin',
  "`'explicit'`, the first tenth of the keys to partition 0": 'explicit',
  'a function: partition by tenant': (_, key, partitions) => Number(key.split('/')[0]) % partitions,
}

const head = [
  'partitioner',
  'keys',
  'fewest in a partition',
  'most in a partition',
  'keys in several partitions',
  'messages that passed an earlier one of their key',
]
const rows = Object.entries(STRATEGIES).flatMap(([name, strategy]) =>
  Object.entries(KEY_SETS).map(([how, draw]) => [name, how, ...Object.values(measure(strategy, draw())).map(String)]),
)
const table = [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

const page = readFileSync(PAGE, 'utf8')
const wanted = page.replace(MARKED, (_, start, end) => `${start}\n${table}\n${end}`)
if (process.argv.includes('--write')) writeFileSync(PAGE, wanted)
else if (process.argv.includes('--check')) {
  const faults = wanted === page ? [] : [`${PAGE} has another table. Run npm run -s partition-spread -- --write.`]
  report('partition-spread', faults, `${rows.length} rows`)
} else console.log(table)

/** Publishes to no broker, then reads one partition after another, as a consumer that is behind may. */
function measure(strategy, draw) {
  const partitioner = new Partitioner(seededRandom(5), strategy)
  const description = {
    topic: 'orders',
    partitions: Array.from({ length: PARTITIONS }, (_, partition) => ({ partition, leader: 1 })),
  }
  const logs = Array.from({ length: PARTITIONS }, () => [])
  for (let number = 0; number < MESSAGES; number++) {
    const rank = draw()
    const key = `${rank % 20}/${rank}`
    const partition = strategy === 'explicit' ? explicitly(rank) : partitioner.choose(description, key)
    logs[partition].push({ key, number })
  }
  const sizes = logs.map(({ length }) => length)
  return { fewest: Math.min(...sizes), most: Math.max(...sizes), ...orderOf(logs) }
}

function orderOf(logs) {
  const places = new Map()
  const latest = new Map()
  let passed = 0
  for (const [partition, log] of logs.entries()) {
    for (const { key, number } of log) {
      if ((latest.get(key) ?? -1) > number) passed += 1
      latest.set(key, Math.max(latest.get(key) ?? -1, number))
      places.set(key, (places.get(key) ?? new Set()).add(partition))
    }
  }
  return { split: [...places.values()].filter(({ size }) => size > 1).length, passed }
}

function explicitly(rank) {
  return rank < KEYS / 10 ? 0 : 1 + (rank % (PARTITIONS - 1))
}

/** Draws ranks by their weights, always the same ones. */
function drawer(weightOf) {
  const random = seededRandom(3)
  const weights = Array.from({ length: KEYS }, (_, rank) => weightOf(rank))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return () => {
    let left = random.next() * total
    const found = weights.findIndex((weight) => {
      left -= weight
      return left <= 0
    })
    return Math.max(0, found)
  }
}
