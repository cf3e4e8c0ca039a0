import { readFileSync } from 'node:fs'
import { CORE_ERRORS, type ErrorEntry } from '@gulo/core'
import { expect } from 'chai'

const page = readFileSync(new URL('../../../docs/reference/errors.md', import.meta.url), 'utf8')
const table: Readonly<Record<string, ErrorEntry>> = CORE_ERRORS

describe('The reference of errors', () => {
  const rows = rowsOf('@gulo/core')

  it('lists the codes of the core, each once and in the order of the table', () => {
    expect(rows.map(([code]) => code)).to.deep.equal(Object.keys(CORE_ERRORS).map((code) => `\`${code}\``))
  })

  for (const [code, message, mend, retryable] of rows) {
    it(`says of ${code} what the error says`, () => {
      const entry = table[(code as string).replaceAll('`', '')]
      expect({ message, mend, retryable: retryable === 'yes' }).to.deep.equal({
        message: entry?.message,
        mend: entry?.mend,
        retryable: entry?.retryable ?? false,
      })
    })
  }

  for (const [code, entry] of Object.entries(table)) {
    it(`ends the message and the mend of ${code} like sentences`, () => {
      // {faults}, {reason} and {errors} are sentences of their own.
      expect(entry.message).to.match(/(?:\.|\{\w+\})$/)
      expect(entry.mend).to.match(/\.$/)
    })
  }
})

/** The cells of the table below the heading of one package, without the heading of the columns. */
function rowsOf(name: string): string[][] {
  const [section = ''] = (page.split(`## ${name}\n`)[1] ?? '').split('\n## ')
  const lines = section.split('\n').filter((line) => line.startsWith('| `'))
  return lines.map((line) =>
    line
      .slice(2, -2)
      .split(' | ')
      .map((cell) => cell.replace(/\\([|<])/g, '$1')),
  )
}
