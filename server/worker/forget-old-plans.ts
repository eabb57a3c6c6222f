import { forgetOldPlans as forgetOnce } from '#server/services/forget-old-plans.ts'
import type { Job } from './job.ts'

/** Forgets plans that were never carried out, every hour. */
export const forgetOldPlans: Job = {
  name: 'forget-old-plans',
  crontab: '23 * * * *',
  run: async ({ deps, logger }) => {
    const plans = await forgetOnce(deps)
    if (plans > 0) logger.info({ plans }, 'plans that were never started are forgotten')
  },
}
