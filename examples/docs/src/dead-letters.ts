import {
  anyError,
  createService,
  type DeadLetterPage,
  failurePolicy,
  type HandlerSource,
  type MemoryStore,
  type Service,
  type Transport,
} from '@gulo/core'

export const journal: string[] = []

export function createLedger(transport: Transport, store: MemoryStore, handlers: readonly HandlerSource[]): Service {
  // #region keep-order
  const ledger = createService({
    name: 'ledger',
    handlers,
    transport,
    store,
    policy: failurePolicy(anyError().retry(3).deadLetter({ keepOrder: true })),
  })
  // #endregion
  return ledger
}

export async function look(service: Service) {
  // #region groups
  for (const { count, sample, fingerprint, failedAt } of await service.deadLetters.groups({ status: 'new' })) {
    journal.push(`${count} × ${sample.error.code} in ${sample.consumer}, the last ${failedAt}: ${fingerprint}`)
  }
  // #endregion
}

export async function readAll(service: Service) {
  // #region pages
  let page: DeadLetterPage = await service.deadLetters.page({ consumer: 'ledger/book', limit: 50 })
  while (page.next !== undefined) {
    page = await service.deadLetters.page({ consumer: 'ledger/book', limit: 50, cursor: page.next })
  }
  // #endregion
  return page
}

export async function attempts(service: Service) {
  // #region attempts
  const [letter] = (await service.deadLetters.page({ limit: 1 })).letters
  for (const { attempt, at, code, message, durationMs } of letter?.attemptLog ?? []) {
    journal.push(`${attempt}. ${at} ${code}: ${message} (${durationMs} ms)`)
  }
  // #endregion
  return letter
}

export async function replayCause(service: Service, fingerprint: string) {
  // #region replay
  const report = await service.deadLetters.replay(
    { fingerprint },
    { actor: 'ada@example.com', reason: 'the shelf is back', perSecond: 50, limit: 1000 },
  )
  journal.push(`${report.replayed} replayed, ${report.failed} not`)
  // #endregion
  return report
}

export async function mend(service: Service, id: string) {
  // #region change
  const by = { actor: 'ada@example.com', reason: 'ticket 4711' }
  await service.deadLetters.edit(id, { body: new TextEncoder().encode('{"orderId":"A-1"}') }, by)
  await service.deadLetters.discard(id, by)
  await service.deadLetters.restore(id, by)
  for (const { at, actor, action, reason } of await service.deadLetters.history(id)) {
    journal.push(`${at} ${actor} ${action}: ${reason}`)
  }
  // #endregion
}
