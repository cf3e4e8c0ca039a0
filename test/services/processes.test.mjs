import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { sweep } from '../../scripts/services/support/processes.mjs'
import { born, records } from '../../scripts/services/support/records.mjs'

const owner = fileURLToPath(new URL('owner.mjs', import.meta.url))

describe('a server whose owner is killed', () => {
  const cache = process.env.GULO_CACHE
  let folder

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'gulo-processes-'))
    process.env.GULO_CACHE = join(folder, 'cache')
  })

  afterEach(async () => {
    await sweep()
    if (cache === undefined) delete process.env.GULO_CACHE
    else process.env.GULO_CACHE = cache
    rmSync(folder, { recursive: true, force: true })
  })

  it('is stopped by the keeper, and its folder and record go', async () => {
    const { server, data } = await killedOwner([])
    const left = () => [born(server), existsSync(data), records().length]
    for (let tries = 0; tries < 200 && left().some(Boolean); tries++) await sleep(20)
    expect(left()).to.deep.equal([undefined, false, 0])
  })

  it('is stopped by the next start when the keeper was killed as well', async () => {
    const { server, data } = await killedOwner(['without-keeper'])
    expect(born(server)).not.equal(undefined)
    expect((await sweep()).map((each) => each.pid)).to.deep.equal([server])
    expect([born(server), existsSync(data), records().length]).to.deep.equal([undefined, false, 0])
  })

  async function killedOwner(words) {
    const child = spawn(process.execPath, [owner, folder, ...words], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [line] = await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    return JSON.parse(line)
  }
})
