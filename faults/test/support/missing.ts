interface Service {
  missing(): Promise<string | undefined>
}

const found = async (name: 'kafka' | 'rabbitmq'): Promise<string | undefined> => {
  const file = new URL(`../../../scripts/services/${name}.mjs`, import.meta.url).href
  return ((await import(file)) as Record<string, Service>)[name]?.missing()
}

/** `describe`, skipped with the reason where no broker of one's own can be started. */
export async function describeWith(
  name: 'kafka' | 'rabbitmq',
  title: string,
  body: (this: Mocha.Suite) => void,
): Promise<void> {
  const reason = await found(name)
  if (reason === undefined) describe(title, body)
  else describe.skip(`${title} [skipped: ${reason}]`, body)
}

/** As {@link describeWith}, for what takes minutes: skipped unless GULO_TEST_LONG is set, as `npm run faults:test` does. */
export async function describeLong(
  service: 'kafka' | 'rabbitmq',
  title: string,
  body: (this: Mocha.Suite) => void,
): Promise<void> {
  if (process.env['GULO_TEST_LONG']) await describeWith(service, title, body)
  else describe.skip(`${title} [skipped: takes minutes: npm run faults:test]`, body)
}
