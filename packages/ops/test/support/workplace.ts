import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { runCommandLine } from '@gulo/ops'

/** What a command line said and how it ended. */
export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A folder with a configuration, in which commands are run. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'gulo-ops-'))
  private readonly ending = new AbortController()

  /** Writes a file; `{package}` stands for where a package of the repository is. */
  write(name: string, text: string): this {
    const place = (_: string, module: string) => pathToFileURL(import.meta.resolve(module).replace('file://', '')).href
    writeFileSync(join(this.folder, name), text.replace(/\{([@\w/]+)\}/g, place))
    return this
  }

  async run(...words: readonly string[]): Promise<Outcome> {
    const out: string[] = []
    const err: string[] = []
    const code = await runCommandLine(words, {
      folder: this.folder,
      version: '1.2.3',
      signal: this.ending.signal,
      print: (text) => void out.push(text),
      complain: (text) => void err.push(text),
    })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  /** Tells the commands that run to end. */
  end(): void {
    this.ending.abort()
  }

  remove(): void {
    rmSync(this.folder, { recursive: true })
  }
}
