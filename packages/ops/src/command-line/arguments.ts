import { type ParseArgsConfig, parseArgs } from 'node:util'
import type { ToolCall, ToolCommand, ToolFlag } from '@gulo/core'
import { opsFault, reasonOf } from '../faults.js'

/** Flags that every command has. */
export const COMMON: readonly ToolFlag[] = [
  { name: 'config', value: 'file', help: 'the configuration [gulo.config.mjs, .js or .ts of this folder]' },
  { name: 'help', help: 'say how it is used' },
]

/** What was said before it is known which command it is for. */
export interface Said {
  readonly words: readonly string[]
  readonly config: string | undefined
  readonly help: boolean
  readonly version: boolean
}

/** Finds the words and the common flags. @throws GULO_COMMAND_ARGUMENTS */
export function firstLook(given: readonly string[]): Said {
  const { values, positionals } = parseArgs({
    args: [...given],
    options: { ...optionsOf(COMMON), version: { type: 'boolean' } },
    allowPositionals: true,
    strict: false,
  })
  const { config, help, version } = values
  if (config === true) throw opsFault('GULO_COMMAND_ARGUMENTS', { command: 'gulo', reason: '--config names no file' })
  return { words: positionals, config: config as string | undefined, help: help === true, version: version === true }
}

/** The command that the words begin with: the longest of those whose names do. */
export function findCommand(commands: readonly ToolCommand[], words: readonly string[]): ToolCommand | undefined {
  const begins = ({ name }: ToolCommand) => name.split(' ').every((word, index) => word === words[index])
  return commands.filter(begins).toSorted((one, other) => other.name.length - one.name.length)[0]
}

/** The flags of a command. @throws GULO_COMMAND_ARGUMENTS for those it does not have, and for words too many */
export function flagsOf({ name, flags = [] }: ToolCommand, given: readonly string[]): ToolCall['flags'] {
  try {
    const options = optionsOf([...COMMON, ...flags])
    const { values, positionals } = parseArgs({ args: [...given], options, allowPositionals: true, strict: true })
    const extra = positionals.slice(name.split(' ').length)
    if (extra.length > 0) throw new Error(`nothing is to be said by ${extra.join(' ')}`)
    return values as ToolCall['flags']
  } catch (error) {
    // Its own sentence goes on with what to type for a value that begins with a dash.
    const reason = reasonOf(error).split('. ', 1)[0] as string
    throw opsFault('GULO_COMMAND_ARGUMENTS', { command: name, reason }, error)
  }
}

function optionsOf(flags: readonly ToolFlag[]): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    flags.map(({ name, value }) => [name, { type: value === undefined ? 'boolean' : 'string' }]),
  )
}
