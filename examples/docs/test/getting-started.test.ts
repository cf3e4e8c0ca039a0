import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'

const run = promisify(execFile)
const SAID = 'shop: order 4711 accepted\nwarehouse: 2 of A-1 set aside for order 4711\n'

/** What a program of the page prints when Node runs it. */
async function said(path: string): Promise<string> {
  const { stdout } = await run(process.execPath, [fileURLToPath(new URL(path, import.meta.url))])
  return stdout
}

describe('getting started', () => {
  it('carries an order from the shop to the warehouse', async () => {
    expect(await said('../dist/getting-started/first.js')).to.equal(SAID)
  })

  it('does the same in CommonJS', async () => {
    expect(await said('../src/getting-started/first.cjs')).to.equal(SAID)
  })
})
