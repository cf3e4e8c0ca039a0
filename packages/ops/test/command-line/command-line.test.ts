import { expect } from 'chai'
import { Workplace } from '../support/workplace.js'

const CONFIG = `
  import { memoryBroker, memoryStore, memoryTransport } from '{@gulo/core}'
  export const transport = memoryTransport({ broker: memoryBroker() })
  const { unitOfWork, outbox } = memoryStore()
  const say = {
    name: 'say twice', summary: 'Says a word twice.',
    flags: [{ name: 'word', value: 'text', help: 'the word' }, { name: 'loud', help: 'louder' }],
    async run({ flags, print }) {
      if (flags.word === undefined) throw new Error('there is no word')
      const word = flags.loud ? flags.word.toUpperCase() : flags.word
      print(word); print(word)
    },
  }
  export const store = { unitOfWork, outbox, durable: false, commands: [say] }
  export const close = () => { globalThis.closedForTest = (globalThis.closedForTest ?? 0) + 1 }
`

describe('The command line', () => {
  let place: Workplace

  beforeEach(() => {
    place = new Workplace()
  })
  afterEach(() => place.remove())

  it('runs a command that a part of the configuration adds', async () => {
    place.write('gulo.config.mjs', CONFIG)
    expect(await place.run('say', 'twice', '--word', 'hi')).to.deep.equal({ code: 0, out: 'hi\nhi', err: '' })
    expect(await place.run('say', 'twice', '--loud', '--word=hi')).to.include({ out: 'HI\nHI' })
  })

  it('takes a configuration by another name, also from the default export and from a service', async () => {
    place.write('parts.mjs', CONFIG)
    place.write('default.mjs', `import * as parts from './parts.mjs'\nexport default parts`)
    place.write('service.mjs', `import { store } from './parts.mjs'\nexport default { name: 'x', options: { store } }`)
    for (const file of ['parts.mjs', 'default.mjs', 'service.mjs'])
      expect(await place.run('say', 'twice', '--config', file, '--word', 'hi')).to.include({ code: 0, out: 'hi\nhi' })
  })

  it('closes what the configuration opened, also after a failure', async () => {
    place.write('gulo.config.mjs', CONFIG)
    const count = () => (globalThis as { closedForTest?: number }).closedForTest ?? 0
    const before = count()
    expect(await place.run('say', 'twice')).to.deep.equal({ code: 1, out: '', err: 'there is no word' })
    expect(count()).to.equal(before + 1)
  })

  it('lists its commands, without those of the parts where there is no configuration', async () => {
    const alone = await place.run()
    expect(alone).to.include({ code: 0 })
    expect(alone.out)
      .to.match(/gulo relay {2}Sends/)
      .and.contain('are missing: There is no gulo.config.mjs')
    place.write('gulo.config.mjs', CONFIG)
    const { out } = await place.run('--help')
    expect(out).to.contain('gulo say twice  Says a word twice.').and.not.contain('missing')
  })

  it('says how a command is used', async () => {
    place.write('gulo.config.mjs', CONFIG)
    const { code, out } = await place.run('say', 'twice', '--help')
    expect(code).to.equal(0)
    expect(out)
      .to.contain('Usage: gulo say twice [flags]')
      .and.match(/--word <text> +the word/)
  })

  it('says its version', async () => {
    expect(await place.run('--version')).to.deep.equal({ code: 0, out: '1.2.3', err: '' })
  })

  it('answers 2 with the mend to what cannot be', async () => {
    place.write('gulo.config.mjs', CONFIG)
    const cases: [string[], RegExp][] = [
      [['fly'], /^GULO_COMMAND_UNKNOWN {2}There is no command fly\. Use one of relay, say twice;/],
      [['say', 'twice', '--wrod', 'hi'], /^GULO_COMMAND_ARGUMENTS .*--wrod/],
      [['say', 'twice', 'thrice'], /^GULO_COMMAND_ARGUMENTS .*thrice/],
      [['say', 'twice', '--word'], /^GULO_COMMAND_ARGUMENTS .*--word/],
      [['say', 'twice', '--config'], /^GULO_COMMAND_ARGUMENTS .*--config/],
      [['relay', '--deadline-ms', 'soon'], /^GULO_COMMAND_ARGUMENTS .*soon/],
    ]
    for (const [words, said] of cases) {
      const { code, err } = await place.run(...words)
      expect(err).to.match(said)
      expect(code).to.equal(2)
    }
  })

  it('answers 1 with the mend where the configuration is missing, broken or lacks what is needed', async () => {
    expect(await place.run('migrate')).to.include({ code: 1 })
    expect((await place.run('relay', '--config', 'no.mjs')).err).to.match(
      /^GULO_CONFIG_MISSING {2}There is no no\.mjs\./,
    )
    place.write('broken.mjs', 'throw new Error("no password")')
    expect((await place.run('relay', '--config', 'broken.mjs')).err).to.match(/^GULO_CONFIG_FAILED .*no password/)
    place.write('empty.mjs', 'export const nothing = 1')
    const empty = await place.run('relay', '--config', 'empty.mjs')
    expect(empty.err).to.match(/^GULO_CONFIG_LACKS {2}relay needs a store with an outbox/)
    expect(empty.code).to.equal(1)
  })
})
