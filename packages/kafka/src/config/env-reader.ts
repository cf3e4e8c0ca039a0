import { readFileSync } from 'node:fs'
import { reasonOf } from '../faults.js'
import { RANGES } from './ranges.js'
import { isWithin, say, sayOneOf } from './say.js'

/** Environment variables: `process.env`, or a part of it. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads variables and collects what is wrong with them; an empty one counts as not set. */
export class EnvReader {
  readonly faults: string[] = []
  private readonly env: Environment

  constructor(env: Environment) {
    this.env = env
  }

  text(name: string): string | undefined {
    return this.env[name]?.trim() || undefined
  }

  /** A number in the range of the option it is for. */
  number(name: string, option: string): number | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const [lowest, highest] = RANGES[option] as readonly [number, number]
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
    if (isWithin(value, lowest, highest)) return value
    return this.refuse(`${name} is ${say(text)}; expected a whole number from ${lowest} to ${highest}.`)
  }

  /** One of `choices`, whatever the case it is written in. */
  choice(name: string, choices: readonly string[]): string | undefined {
    const text = this.text(name)
    if (text === undefined) return undefined
    const found = choices.find((choice) => choice.toLowerCase() === text.toLowerCase())
    return found ?? this.refuse(`${name} is ${say(text)}; expected ${sayOneOf(choices)}.`)
  }

  flag(name: string): boolean | undefined {
    const found = this.choice(name, ['true', 'false'])
    return found === undefined ? undefined : found === 'true'
  }

  /** A PEM text, given as it is (with `\\n` for line ends where need be) or by the path of its file in `<name>_FILE`. */
  pem(name: string): string | undefined {
    const text = this.text(name)?.replaceAll('\\n', '\n')
    const path = this.text(`${name}_FILE`)
    if (text !== undefined && path !== undefined) return this.refuse(`${name} and ${name}_FILE are both set; keep one.`)
    const found = path === undefined ? text : this.file(`${name}_FILE`, path)
    if (found === undefined || found.includes('-----BEGIN ')) return found
    // the text may be a key: it is not told
    return this.refuse(`${path === undefined ? name : `${name}_FILE`} is no PEM text; expected -----BEGIN …-----.`)
  }

  refuse(fault: string): undefined {
    this.faults.push(fault)
    return undefined
  }

  private file(name: string, path: string): string | undefined {
    try {
      return readFileSync(path, 'utf8')
    } catch (error) {
      return this.refuse(`${name} is ${say(path)}, which cannot be read: ${reasonOf(error)}.`)
    }
  }
}
