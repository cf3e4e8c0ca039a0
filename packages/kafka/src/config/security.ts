/** What Kafka calls the ways to connect. */
export type SecurityProtocol = 'PLAINTEXT' | 'SSL' | 'SASL_PLAINTEXT' | 'SASL_SSL'

/** PEM texts; what is left out is the system's. */
export interface KafkaTls {
  readonly ca?: string | readonly string[]
  readonly cert?: string
  readonly key?: string
  readonly passphrase?: string
  /** Name expected in the broker's certificate. @default the host */
  readonly servername?: string
  /** Whether a certificate nobody vouches for ends the connection. @default true */
  readonly rejectUnauthorized?: boolean
}

export type KafkaSasl =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'oauthbearer'
      /** Fetches a token; called for every connection. */
      readonly token: () => Promise<string>
    }
