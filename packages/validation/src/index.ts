export { compilePlan } from './plan/plans.js'
export type { ValidationPlan } from './plan/plan.js'
