#!/usr/bin/env node
import { readFileSync } from 'node:fs'
import { runCommandLine } from './command-line/command-line.js'

const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string }
const ending = new AbortController()
// Once: a second signal ends the process as if nobody listened.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => ending.abort())

const code = await runCommandLine(process.argv.slice(2), {
  folder: process.cwd(),
  version,
  signal: ending.signal,
  print: (text) => void process.stdout.write(`${text}\n`),
  complain: (text) => void process.stderr.write(`${text}\n`),
})
// Pools that the configuration opened would keep the process alive; what was printed must be out first.
process.stdout.write('', () => process.exit(code))
