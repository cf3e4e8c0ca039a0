import type { EnsureTopics, TopicOptions } from './ensure-topics.js'
import { isWithin, say } from './say.js'

const MOST = 100_000
const TOPIC = /^[a-zA-Z0-9._-]{1,249}$/

/** Faults of `ensureTopics`. */
export function findTopicFaults(given: EnsureTopics | undefined): string[] {
  if (given === undefined) return []
  if (!isObject(given)) return [`ensureTopics is ${say(given)}; expected { create, partitions, replication, … }.`]
  const { topics = {}, ...all } = given
  const switches = (['create', 'grow'] as const)
    .filter((name) => all[name] !== undefined && typeof all[name] !== 'boolean')
    .map((name) => `ensureTopics.${name} is ${say(all[name])}; expected true or false.`)
  if (!isObject(topics)) return [...switches, `ensureTopics.topics is ${say(topics)}; expected { name: { … } }.`]
  const named = Object.entries(topics).flatMap(([name, topic]) => shapeFaults(`ensureTopics.topics.${name}`, topic))
  return [...switches, ...shapeFaults('ensureTopics', all), ...Object.keys(topics).flatMap(nameFaults), ...named]
}

/** Faults of a name that Kafka would refuse. */
export function nameFaults(name: unknown): string[] {
  const fine = typeof name === 'string' && TOPIC.test(name) && name !== '.' && name !== '..'
  return fine
    ? []
    : [`${say(name)} is no name of a topic; expected up to 249 letters, digits, dots, dashes, underscores.`]
}

/** Faults of what is asked of a topic, `place` being where it was said. */
export function shapeFaults(place: string, shape: TopicOptions): string[] {
  if (!isObject(shape)) return [`${place} is ${say(shape)}; expected { partitions, replication, configs }.`]
  const faults = (['partitions', 'replication'] as const)
    .filter((name) => shape[name] !== undefined && shape[name] !== -1 && !isWithin(shape[name], 1, MOST))
    .map((name) => `${place}.${name} is ${say(shape[name])}; expected 1 or more, or -1 for the broker's own.`)
  const { configs = {} } = shape
  if (!isObject(configs)) return [...faults, `${place}.configs is ${say(configs)}; expected { name: 'value' }.`]
  const wrong = Object.entries(configs).filter(([, value]) => typeof value !== 'string')
  return [...faults, ...wrong.map(([name, value]) => `${place}.configs.${name} is ${say(value)}; expected a text.`)]
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
