import { parseArgs } from 'node:util'
import type { Plan, Rig } from './rig.js'
import { rigs } from './rigs.js'

export interface Command {
  readonly rig: Rig
  readonly plan: Omit<Plan, 'say'>
  readonly json: boolean
}

/** What to type, with the guards of each rig. */
export function usage(): string {
  return [
    'npm run -s faults -- <rig> [--seed 1] [--messages 20000] [--kills n] [--brokers n] [--without <guard>] [--json]',
    ...rigs.map(({ name, guards, brokers, over = [], relays = {} }) =>
      [
        `  ${name}: ${brokers.join(' or ')} brokers; guards ${guards.join(', ')}`,
        ...(over.length > 0 ? [`--broker ${over.join(' or ')}`] : []),
        ...(Object.keys(relays).length > 0 ? [`--relay ${Object.keys(relays).join(' or ')}`] : []),
      ].join('; '),
    ),
  ].join('\n')
}

/** Reads the words of the command line. @throws an Error that says what is wrong with them */
export function readCommand(words: string[]): Command {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      messages: { type: 'string', default: '20000' },
      kills: { type: 'string' },
      brokers: { type: 'string' },
      broker: { type: 'string' },
      relay: { type: 'string' },
      without: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const rig = rigs.find(({ name }) => name === positionals[0])
  if (rig === undefined || positionals.length > 1)
    throw new Error(`There is no rig ${positionals.join(' ') || 'without a name'}.`)
  const without = values.relay === undefined ? values.without : guardOf(rig, values.relay)
  if (without !== undefined && !rig.guards.includes(without))
    throw new Error(`The rig ${rig.name} has no guard ${without}.`)
  const messages = wholeNumber('messages', values.messages, 1, 100_000_000)
  const brokers = wholeNumber('brokers', values.brokers ?? String(rig.brokers[0]), 1, 9)
  if (!rig.brokers.includes(brokers))
    throw new Error(`The rig ${rig.name} runs with ${rig.brokers.join(' or ')} brokers.`)
  const { broker = rig.over?.[0] } = values
  if (broker !== undefined && !rig.over?.includes(broker))
    throw new Error(`The rig ${rig.name} does not run over ${broker}.`)
  const seed = wholeNumber('seed', values.seed, 0, 2 ** 32 - 1)
  const kills = wholeNumber(
    'kills',
    values.kills ?? String(Math.ceil(messages / (rig.messagesPerKill ?? 1000))),
    0,
    messages,
  )
  return { rig, plan: { rig: rig.name, seed, messages, kills, brokers, broker, without }, json: values.json }
}

/** The guard that a naive relay does without. */
function guardOf({ name, relays = {} }: Rig, relay: string): string {
  const guard = relays[relay]
  if (guard === undefined) throw new Error(`The rig ${name} has no relay ${relay}.`)
  return guard
}

function wholeNumber(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < lowest || value > highest) {
    throw new Error(`--${name} is ${text}; it takes a whole number from ${lowest} to ${highest}.`)
  }
  return value
}
