interface Service {
  missing(): Promise<string | undefined>
}

type Name = 'kafka' | 'rabbitmq' | 'postgres'

const found = async (names: readonly Name[]): Promise<string | undefined> => {
  for (const name of names) {
    const file = new URL(`../../../scripts/services/${name}.mjs`, import.meta.url).href
    const reason = await ((await import(file)) as Record<string, Service>)[name]?.missing()
    if (reason !== undefined) return reason
  }
  return undefined
}

/** `describe`, skipped with the reason where no such service of one's own can be started. */
export async function describeWith(
  names: Name | readonly Name[],
  title: string,
  body: (this: Mocha.Suite) => void,
): Promise<void> {
  const reason = await found([names].flat())
  if (reason === undefined) describe(title, body)
  else describe.skip(`${title} [skipped: ${reason}]`, body)
}

/** As {@link describeWith}, for what takes minutes: skipped unless GULO_TEST_LONG is set, as `npm run faults:test` does. */
export async function describeLong(
  names: Name | readonly Name[],
  title: string,
  body: (this: Mocha.Suite) => void,
): Promise<void> {
  if (process.env['GULO_TEST_LONG']) await describeWith(names, title, body)
  else describe.skip(`${title} [skipped: takes minutes: npm run faults:test]`, body)
}
