import type { ToolCommand, ToolFlag } from '@gulo/core'
import { reasonOf } from '../faults.js'
import { COMMON } from './arguments.js'

/** What `gulo --help` says; `missing` is why commands of the application's own parts are not among them. */
export function overview(commands: readonly ToolCommand[], missing: unknown): string {
  const lines = commands.map(({ name, summary }) => [`gulo ${name}`, summary] as const)
  return [
    'Usage: gulo <command> [flags]',
    '',
    ...columns(lines),
    '',
    'gulo <command> --help says more. Exit codes: 0 done, 1 failed, 2 called in a way that cannot be.',
    ...(missing === undefined ? [] : ['', `Commands of the store and the transport are missing: ${reasonOf(missing)}`]),
  ].join('\n')
}

/** What `gulo <command> --help` says. */
export function helpOf({ name, summary, flags = [] }: ToolCommand): string {
  const said = [...flags, ...COMMON].map((flag) => [sayFlag(flag), flag.help] as const)
  return [`Usage: gulo ${name} [flags]`, '', summary, '', ...columns(said)].join('\n')
}

function sayFlag({ name, value }: ToolFlag): string {
  return value === undefined ? `--${name}` : `--${name} <${value}>`
}

function columns(rows: readonly (readonly [string, string])[]): readonly string[] {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`)
}
