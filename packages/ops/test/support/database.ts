import pg from 'pg'

const url = process.env['GULO_TEST_POSTGRES']
const reason = process.env['GULO_SKIP_POSTGRES'] ?? 'GULO_TEST_POSTGRES names no database'

/** `describe` with the address of a real database and a pool of it; without one a skipped `describe` that says why. */
export function describeWithDatabase(title: string, body: (pool: pg.Pool, url: string) => void): void {
  if (!url) {
    describe.skip(`${title} [skipped: ${reason}]`, () => body(new pg.Pool(), ''))
    return
  }
  describe(title, function () {
    this.timeout(30_000)
    const pool = new pg.Pool({ connectionString: url, max: 4 })
    after(() => pool.end())
    body(pool, url)
  })
}
