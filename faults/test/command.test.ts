import { expect } from 'chai'
import { readCommand, usage } from '../dist/command.js'

describe('The command line of the fault rigs', () => {
  it('has a kill for every thousand messages unless told otherwise', () => {
    const { plan, json, rig } = readCommand(['kafka', '--seed', '7', '--messages', '100000', '--json'])
    expect(rig.name).to.equal('kafka')
    expect(json).to.equal(true)
    expect(plan).to.include({ seed: 7, messages: 100_000, kills: 100, brokers: 1, without: undefined })
  })

  it('says what is wrong', () => {
    const wrong = (...words: string[]) => expect(() => readCommand(words))
    wrong('mysql').to.throw('There is no rig mysql.')
    wrong('kafka', '--messages', '-1').to.throw()
    wrong('kafka', '--messages', 'many').to.throw('--messages is many')
    wrong('kafka', '--brokers', '2').to.throw('1 or 3')
    wrong('kafka', '--without', 'luck').to.throw('The rig kafka has no guard luck.')
  })

  it('knows the guard that a naive relay does without, and over which broker it runs', () => {
    const { plan } = readCommand(['outbox', '--relay', 'skip-locked', '--messages', '20000'])
    expect(plan).to.include({ without: 'slots', broker: 'kafka', kills: 40 })
    expect(() => readCommand(['outbox', '--relay', 'luck'])).to.throw('no relay luck')
    expect(() => readCommand(['kafka', '--broker', 'rabbitmq'])).to.throw('does not run over rabbitmq')
  })

  it('lists the guards of each rig', () => {
    expect(usage()).to.include('kafka: 1 or 3 brokers; guards')
  })
})
