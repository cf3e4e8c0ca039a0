import { compilePlan } from '@gulo/validation'
import { validateSync } from 'class-validator'
import type { Group } from '../suite.js'
import { orderData, PlainOrder, StrictOrder } from './order.js'

// More than one, so that nothing about a message can be known beforehand.
const MESSAGES = 64

/** A valid message of eight fields, checked by class-validator itself and by the plan made of the same decorators. */
export const validate: Group = {
  name: 'validate',
  async prepare() {
    const strict = Array.from({ length: MESSAGES }, (_, index) => StrictOrder.of(orderData(index)))
    const plain = Array.from({ length: MESSAGES }, (_, index) => PlainOrder.of(orderData(index)))
    const strictPlan = compilePlan(StrictOrder)
    const plainPlan = compilePlan(PlainOrder)
    return [
      {
        name: 'validateSync',
        async run(times) {
          let valid = 0
          for (let index = 0; index < times; index++) {
            if (validateSync(strict[index % MESSAGES] as object).length === 0) valid++
          }
          return allOf(times, valid)
        },
      },
      {
        name: 'formats',
        async run(times) {
          let valid = 0
          for (let index = 0; index < times; index++) if (strictPlan.passes(strict[index % MESSAGES] as object)) valid++
          return allOf(times, valid)
        },
      },
      {
        name: 'types',
        async run(times) {
          let valid = 0
          for (let index = 0; index < times; index++) if (plainPlan.passes(plain[index % MESSAGES] as object)) valid++
          return allOf(times, valid)
        },
      },
    ]
  },
}

function allOf(times: number, valid: number): number {
  if (valid !== times) throw new Error(`Only ${valid} of ${times} valid messages passed.`)
  return valid
}
