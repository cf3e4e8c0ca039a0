import {
  attemptLogCases,
  deadLetterAbilitiesCases,
  deadLettersCases,
  heldKeysCases,
  idempotencyKeyStoreCases,
  inboxCases,
  outboxCases,
  positionStoreCases,
  recurrencesCases,
  scheduleCases,
  unitOfWorkCases,
} from '@gulo/testing'
import { batchAttemptMutants, batchInboxMutants, transactionalKeyMutants } from './batch-mutants.js'
import { heldKeyMutants } from './held-key-mutants.js'
import { inboxMutants } from './inbox-mutants.js'
import { attemptMutants, keyMutants } from './key-mutants.js'
import { letterAbilityMutants } from './letter-ability-mutants.js'
import { letterMutants } from './letter-mutants.js'
import { describeMutants } from './mutants.js'
import { outboxMutants } from './outbox-mutants.js'
import { positionStoreMutants } from './position-store-mutants.js'
import { recurrenceMutants } from './recurrence-mutants.js'
import { scheduleMutants } from './schedule-mutants.js'
import { unitOfWorkMutants } from './unit-of-work-mutants.js'

describeMutants('units of work', unitOfWorkCases(), unitOfWorkMutants)
describeMutants('outboxes', outboxCases(), outboxMutants)
describeMutants('inboxes', inboxCases({ patienceMs: 200 }), [...inboxMutants, ...batchInboxMutants])
describeMutants('dead letters', deadLettersCases(), letterMutants)
describeMutants('abilities of dead letters', deadLetterAbilitiesCases(), letterAbilityMutants)
describeMutants('held keys', heldKeysCases({ patienceMs: 200 }), heldKeyMutants)
describeMutants('stores of what recurs', recurrencesCases(), recurrenceMutants)
describeMutants('schedules', scheduleCases(), scheduleMutants)
describeMutants('idempotency keys', idempotencyKeyStoreCases(), [...keyMutants, ...transactionalKeyMutants])
describeMutants('attempt logs', attemptLogCases(), [...attemptMutants, ...batchAttemptMutants])
describeMutants('stores of positions', positionStoreCases(), positionStoreMutants)
