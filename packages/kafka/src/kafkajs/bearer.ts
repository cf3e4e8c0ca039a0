import type { Mechanism } from 'kafkajs'
import { KafkaFailure } from '../client/client.js'
import { SASL_AUTHENTICATION_FAILED } from '../client/verdict.js'

const SEPARATOR = '\u0001'
// Visible characters: with others in it, a token could add to what is said.
const TOKEN = /^[\x21-\x7e]+$/
const LENGTH_BYTES = 4

/**
 * OAUTHBEARER as RFC 7628 has it, with a token fetched for every connection. That of kafkajs does not read the
 * broker's answer: with a token that is refused it goes on, and is hung up on without a reason.
 */
export function bearer(fetchToken: () => Promise<string>): Mechanism {
  return {
    mechanism: 'oauthbearer',
    authenticationProvider: ({ saslAuthenticate }) => ({
      async authenticate() {
        const token = await fetchToken()
        if (typeof token !== 'string' || !TOKEN.test(token)) throw refusal('sasl.token answered no token')
        const request = say(`n,,${SEPARATOR}auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`)
        const reason = await saslAuthenticate({ request, response: { decode: content, parse: String } })
        if (reason) throw refusal(`the broker refused the token: ${reason}`)
      },
    }),
  }
}

function refusal(message: string): KafkaFailure {
  return new KafkaFailure(message, SASL_AUTHENTICATION_FAILED)
}

function say(text: string) {
  const message = Buffer.alloc(LENGTH_BYTES + Buffer.byteLength(text))
  message.writeInt32BE(message.length - LENGTH_BYTES)
  message.write(text, LENGTH_BYTES)
  return { encode: () => message }
}

function content(answer: Buffer): Buffer {
  return answer.subarray(LENGTH_BYTES)
}
