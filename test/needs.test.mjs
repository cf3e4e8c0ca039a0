import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { servicesNeededBy } from './needs.mjs'

describe('which services a run needs', () => {
  // In one piece it would make this very file ask for Kafka.
  const mark = ['GULO', 'TEST', 'KAFKA'].join('_')
  let folder

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gulo-needs-'))
    mkdirSync(join(folder, 'support'))
    writeFileSync(join(folder, 'unit.test.js'), "import { expect } from 'chai'\n")
    writeFileSync(join(folder, 'far.test.js'), "import { broker } from './support/broker.js'\n")
    writeFileSync(join(folder, 'support', 'broker.js'), `export const broker = process.env.${mark}\n`)
    writeFileSync(join(folder, 'store.test.js'), `const store = ${'postgres'}ForTests()\n`)
  })

  afterEach(() => rmSync(folder, { recursive: true }))

  it('is none for a file that asks for none', () => {
    expect(servicesNeededBy([join(folder, 'unit.test.js')])).to.deep.equal([])
  })

  it('is what a file or a file it imports asks for', () => {
    const files = ['far.test.js', 'store.test.js'].map((name) => join(folder, name))
    expect(servicesNeededBy(files)).to.have.members(['kafka', 'postgres'])
  })
})
