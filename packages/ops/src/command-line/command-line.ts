import { GuloError, type ToolCommand } from '@gulo/core'
import { opsFault, reasonOf } from '../faults.js'
import { findCommand, firstLook, flagsOf, type Said } from './arguments.js'
import { type Config, loadConfig } from './config.js'
import { helpOf, overview } from './help.js'
import { relayCommand } from './relay-command.js'

/** Where a command line reads and writes. */
export interface CommandLine {
  /** The folder that relative paths are of, and where the configuration is looked for. */
  readonly folder: string
  /** What `--version` says. */
  readonly version: string
  /** Ends commands that go on until they are told to end. */
  readonly signal: AbortSignal
  /** Writes to standard output. */
  print(text: string): void
  /** Writes to standard error. */
  complain(text: string): void
}

/** Runs one command. Resolves with the exit code: 0 done, 1 failed, 2 called in a way that cannot be. */
export async function runCommandLine(given: readonly string[], line: CommandLine): Promise<number> {
  let config: Config | undefined
  try {
    const said = firstLook(given)
    if (said.version) return tell(line, line.version)
    const found = await configOf(said, line)
    config = found.config
    const commands = [relayCommand(config), ...(config?.commands ?? [])]
    if (said.words.length === 0) return tell(line, overview(commands, found.missing))
    const command = findCommand(commands, said.words)
    if (command === undefined) throw unknown(said, commands, found.missing)
    if (said.help) return tell(line, helpOf(command))
    const flags = flagsOf(command, given)
    if (found.missing !== undefined) throw found.missing
    await command.run({ flags, signal: line.signal, print: line.print })
    return 0
  } catch (error) {
    line.complain(GuloError.is(error) ? `${error.code}  ${error.message}` : reasonOf(error))
    return GuloError.is(error) && MISUSE.includes(error.code) ? 2 : 1
  } finally {
    await config?.close().catch((error: unknown) => line.complain(reasonOf(error)))
  }
}

const MISUSE: readonly string[] = ['GULO_COMMAND_UNKNOWN', 'GULO_COMMAND_ARGUMENTS']

function tell(line: CommandLine, text: string): number {
  line.print(text)
  return 0
}

/** The configuration, or why there is none: help is given without one. */
async function configOf(said: Said, { folder }: CommandLine): Promise<{ config?: Config; missing?: unknown }> {
  try {
    return { config: await loadConfig(folder, said.config) }
  } catch (error) {
    return { missing: error }
  }
}

// Without a configuration nobody knows whether there is such a command.
function unknown({ words }: Said, commands: readonly ToolCommand[], missing: unknown): unknown {
  const known = commands.map(({ name }) => name).join(', ')
  return missing ?? opsFault('GULO_COMMAND_UNKNOWN', { command: words.join(' '), known })
}
