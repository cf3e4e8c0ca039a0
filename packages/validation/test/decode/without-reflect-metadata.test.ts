import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect } from 'chai'

const PROGRAM = `
import { validation } from '@gulo/validation'
import { IsDate, IsInt, ValidateNested } from 'class-validator'
class Placed {}
IsInt()(Placed.prototype, 'count')
IsDate()(Placed.prototype, 'at')
const made = validation().decode(Placed, { count: 1, at: '2026-03-04', more: 2 })
console.log(typeof Reflect.getMetadata, made instanceof Placed, JSON.stringify(made))
`

describe('a program without reflect-metadata', () => {
  it('decodes and validates all the same', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], {
      cwd: new URL('.', import.meta.url),
    })
    expect(stdout.trim()).to.equal('undefined true {"count":1,"at":"2026-03-04T00:00:00.000Z"}')
  })
})
