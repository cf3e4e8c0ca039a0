import { inspect } from 'node:util'

export type Leak = string | undefined

/** The first of the secrets that can be found anywhere in `told`: in messages, details, causes, stacks, hidden properties. */
export function leakOf(told: unknown, ...secrets: readonly string[]): Leak {
  const text = inspect(told, { depth: 30, showHidden: true, maxStringLength: null, maxArrayLength: null })
  const forms = (secret: string) => [
    secret,
    Buffer.from(secret).toString('base64'),
    Buffer.from(secret).toString('hex'),
    secret.split('\n')[1] ?? secret,
  ]
  return secrets.find((secret) => forms(secret).some((form) => text.includes(form)))
}
