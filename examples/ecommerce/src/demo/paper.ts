import { styleText } from 'node:util'

type Style = Parameters<typeof styleText>[0]

/** Writes the story: colour on a terminal, plain text elsewhere. */
export class Paper {
  private readonly begun = performance.now()
  private failures = 0

  constructor(private readonly colour = process.stdout.isTTY === true && !process.env['NO_COLOR']) {}

  chapter(title: string): void {
    console.log(`\n${this.style('bold', title)}`)
  }

  line(who: string, text: string): void {
    const ms = `${(performance.now() - this.begun).toFixed(0)} ms`.padStart(9)
    console.log(`${this.style('gray', ms)}  ${this.style('cyan', who.padEnd(12))} ${text}`)
  }

  note(text: string): void {
    console.log(`${' '.repeat(24)}${this.style('gray', text)}`)
  }

  /** Writes what was expected, and whether it came true. */
  expect(holds: boolean, text: string): void {
    if (!holds) this.failures++
    console.log(`  ${holds ? this.style('green', '✓') : this.style('red', '✗')} ${text}`)
  }

  /** How many expectations failed. */
  get failed(): number {
    return this.failures
  }

  private style(style: Style, text: string): string {
    return this.colour ? styleText(style, text) : text
  }
}
