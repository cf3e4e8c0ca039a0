import { exec, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'

const run = promisify(exec)

/** Types commands in one folder. */
export class Shell {
  /** `translate` makes of a command on the page what is run. */
  constructor(folder, translate) {
    this.folder = folder
    this.translate = translate
    // What npm has told this process about its own run is none of a newcomer's settings.
    this.env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_(?!config_)/i.test(name)))
  }

  /** Answers what the command prints. */
  async run(command) {
    console.log(`$ ${command}`)
    try {
      const { stdout } = await run(this.translate(command), { cwd: this.folder, env: this.env })
      return stdout
    } catch ({ stdout, stderr }) {
      throw new Error(`${command} failed:\n${`${stdout}${stderr}`.trim()}`)
    }
  }

  /** Starts a program that goes on; `until` resolves with the first line that contains a text. */
  start(program, more = {}) {
    console.log(`$ node ${program} &`)
    const child = spawn(process.execPath, [program], {
      cwd: this.folder,
      env: { ...this.env, ...more },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const seen = []
    const waiting = new Set()
    createInterface({ input: child.stdout }).on('line', (line) => {
      seen.push(line)
      for (const look of waiting) look()
    })
    const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
    const until = (text) =>
      new Promise((resolve, reject) => {
        const look = () => {
          const line = seen.find((each) => each.includes(text))
          if (line === undefined) return
          waiting.delete(look)
          resolve(line)
        }
        waiting.add(look)
        void ended.then((code) => reject(new Error(`${program} ended with ${code} before it printed "${text}"`)))
        look()
      })
    const stop = () => {
      child.kill('SIGTERM')
      return ended
    }
    return { until, stop }
  }
}
