import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** Sends `question` and resolves with `read(bytes)` as soon as that is not undefined. Rejects when nobody answers. */
export function ask(host, port, question, read, timeoutMs = 2_000) {
  return new Promise((resolve, reject) => {
    let answer = Buffer.alloc(0)
    const socket = connect({ host, port })
    const finish = (settle, value) => {
      socket.destroy()
      settle(value)
    }
    socket.setTimeout(timeoutMs, () => finish(reject, new Error(`no answer from ${host}:${port}`)))
    socket.on('error', () => finish(reject, new Error(`nothing on ${host}:${port}`)))
    socket.on('close', () => reject(new Error(`${host}:${port} hangs up`)))
    socket.on('connect', () => (question.length > 0 ? socket.write(question) : finish(resolve, undefined)))
    socket.on('data', (chunk) => {
      answer = Buffer.concat([answer, chunk])
      try {
        const value = read(answer)
        if (value !== undefined) finish(resolve, value)
      } catch (error) {
        // An answer that has come in part makes the reader run over its end: it is read again with more.
        if (!(error instanceof RangeError)) finish(reject, error)
      }
    })
  })
}

/** Repeats `probe` until it succeeds, `given()` says why it never will, or `timeoutMs` are over. */
export async function until(probe, { timeoutMs, given = () => undefined, everyMs = 100 }) {
  const end = Date.now() + timeoutMs
  for (;;) {
    try {
      return await probe()
    } catch (error) {
      const reason = given()
      if (reason) throw new Error(reason)
      if (Date.now() > end) throw new Error(`${error.message} after ${timeoutMs / 1000} s`)
    }
    await sleep(everyMs)
  }
}
