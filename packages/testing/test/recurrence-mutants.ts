import { memoryStore, type Recurrences, type RecurringRun, type RecurringRuns } from '@gulo/core'
import type { RecurrencesDriver } from '@gulo/testing'
import type { Mutant } from './mutants.js'

type Store = Recurrences & RecurringRuns

function broken(exchange: (inner: Store) => Partial<Store>): () => RecurrencesDriver {
  return () => {
    const { recurrences: inner, schedule } = memoryStore()
    const methods: Store = {
      declare: (service, schedules) => inner.declare(service, schedules),
      find: (service) => inner.find(service),
      fire: (service, name, firing) => inner.fire(service, name, firing),
      pause: (service, name) => inner.pause(service, name),
      resume: (service, name, nextMs) => inner.resume(service, name, nextMs),
      beginRun: (id) => inner.beginRun(id),
      endRun: (id, error) => inner.endRun(id, error),
      findRuns: (service, name, limit) => inner.findRuns(service, name, limit),
    }
    return { schedule, recurrences: { ...methods, ...exchange(inner) } }
  }
}

export const recurrenceMutants: readonly Mutant<RecurrencesDriver>[] = [
  {
    does: 'knows no time',
    make: broken((inner) => ({ find: async (service) => ({ ...(await inner.find(service)), nowMs: 0 }) })),
    seenBy: ['knows what a service has declared, by name, and the time'],
  },
  {
    does: 'begins anew with each declaration',
    make: broken((inner) => ({
      declare: async (service, schedules) => {
        await inner.declare(service, [])
        await inner.declare(service, schedules)
      },
    })),
    seenBy: ['leaves a schedule where it is when it is declared again', 'keeps a pause when the words change'],
  },
  {
    does: 'overlooks that words have changed',
    make: broken((inner) => ({
      declare: async (service, schedules) => {
        const { schedules: known } = await inner.find(service)
        const same = ({ name, words }: { name: string; words: string }) =>
          known.find((each) => each.name === name)?.words ?? words
        await inner.declare(
          service,
          schedules.map((each) => ({ ...each, words: same(each) })),
        )
      },
    })),
    seenBy: ['lets a schedule whose words have changed begin anew', 'keeps a pause when the words change'],
  },
  {
    does: 'retires nothing',
    make: broken((inner) => ({
      declare: async (service, schedules) => {
        const { schedules: known } = await inner.find(service)
        const names = schedules.map(({ name }) => name)
        await inner.declare(service, [...known.filter(({ name }) => !names.includes(name)), ...schedules])
      },
    })),
    seenBy: ['retires what is declared no longer, until it is declared again', 'keeps services apart'],
  },
  {
    does: 'confuses services',
    make: broken((inner) => ({
      declare: (_, schedules) => inner.declare('one', schedules),
      find: () => inner.find('one'),
      fire: (_, name, firing) => inner.fire('one', name, firing),
      findRuns: (_, name, limit) => inner.findRuns('one', name, limit),
    })),
    seenBy: ['keeps services apart'],
  },
  {
    does: 'forgets that it is paused',
    make: broken((inner) => ({
      fire: async (service, name, firing) => {
        await inner.resume(service, name, firing.step?.fromMs)
        return inner.fire(service, name, firing)
      },
    })),
    seenBy: ['fires nothing that is paused, and goes on where it is resumed'],
  },
  {
    does: 'moves on with every resume',
    make: broken((inner) => ({
      resume: async (service, name, nextMs) => {
        await inner.pause(service, name)
        return inner.resume(service, name, nextMs)
      },
    })),
    seenBy: ['moves nothing when it resumes what was not paused, and knows what it does not have'],
  },
  {
    does: 'lets everybody fire who finds it due',
    make: broken((inner) => ({
      fire: async (service, name, firing) => {
        const { schedules } = await inner.find(service)
        if (!schedules.some((each) => each.name === name)) return false
        await Promise.resolve()
        return inner.fire(service, name, { ...firing, step: undefined })
      },
    })),
    seenBy: [
      'plans what is to be done and moves on',
      'fires an occurrence once, however many instances try',
      'fires nothing before its time, whatever the clock of an instance says',
      'fires nothing for an instance that knows other words, nor from another place',
      'fires nothing that is paused, and goes on where it is resumed',
      'moves on without a run, and to an end',
    ],
  },
  {
    does: 'runs nothing by hand while it is paused',
    make: broken((inner) => ({
      fire: async (service, name, firing) => {
        const { schedules } = await inner.find(service)
        return schedules.some((each) => each.name === name && !each.paused) && inner.fire(service, name, firing)
      },
    })),
    seenBy: ['runs what is asked for although it is paused, and moves nothing'],
  },
  {
    does: 'notes no beginning and no error',
    make: broken((inner) => ({ beginRun: async () => undefined, endRun: (id) => inner.endRun(id) })),
    seenBy: ['remembers what became of a run'],
  },
  {
    does: 'takes a run without a message for one that waits',
    make: broken((inner) => ({
      findRuns: async (service, name, limit) => {
        const waiting = (run: RecurringRun): RecurringRun =>
          run.attempts === 0 ? { ...run, outcome: 'waiting', error: undefined } : run
        return (await inner.findRuns(service, name, limit)).map(waiting)
      },
    })),
    seenBy: ['remembers a run whose message could not be made'],
  },
  {
    does: 'forgets no run',
    make: broken((inner) => ({
      fire: (service, name, firing) => inner.fire(service, name, { ...firing, keep: 1000 }),
    })),
    seenBy: ['remembers the last runs, the last one first, and no more than are kept'],
  },
]
