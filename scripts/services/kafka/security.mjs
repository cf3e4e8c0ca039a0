const LOGIN_MODULES = {
  PLAIN: 'org.apache.kafka.common.security.plain.PlainLoginModule',
  'SCRAM-SHA-256': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  'SCRAM-SHA-512': 'org.apache.kafka.common.security.scram.ScramLoginModule',
  OAUTHBEARER: 'org.apache.kafka.common.security.oauthbearer.OAuthBearerLoginModule',
}

/**
 * Settings of a TLS listener: `store` is the path of a PEM file with key, certificate and authority; `clients` names a
 * PEM file with the authority that clients have to show a certificate of.
 */
export function tls({ store, clients }) {
  const own = { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': store }
  if (clients === undefined) return own
  return { ...own, 'ssl.truststore.type': 'PEM', 'ssl.truststore.location': clients, 'ssl.client.auth': 'required' }
}

/**
 * Settings of a SASL listener. `users` is a map of name to password, which PLAIN reads from here; those of SCRAM are
 * given at format (`scramUsers`). OAUTHBEARER takes tokens that nobody signed.
 */
export function sasl({ mechanisms, users = {} }) {
  const known = Object.entries(users).map(([name, password]) => `user_${name}="${password}"`)
  const configs = mechanisms.map((mechanism) => {
    const options =
      mechanism === 'PLAIN' ? known : mechanism === 'OAUTHBEARER' ? ['unsecuredLoginStringClaim_sub="x"'] : []
    const words = [LOGIN_MODULES[mechanism], 'required', ...options]
    return [`${mechanism.toLowerCase()}.sasl.jaas.config`, `${words.join(' ')};`]
  })
  return { 'sasl.enabled.mechanisms': mechanisms.join(','), ...Object.fromEntries(configs) }
}

/** The same users for both kinds of SCRAM, as `options.scram` wants them. */
export function scramUsers(users) {
  return Object.entries(users).flatMap(([name, password]) =>
    ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map((mechanism) => `${mechanism}=[name=${name},password=${password}]`),
  )
}

/** Settings that let nobody do anything but what an ACL allows; `superUsers` are those that may do everything. */
export function acls(superUsers) {
  return {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    // ANONYMOUS is the broker itself, and whoever comes in without a password.
    'super.users': ['ANONYMOUS', ...superUsers].map((name) => `User:${name}`).join(';'),
  }
}
