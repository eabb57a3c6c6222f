import { forgetOldCursors as forgetOnce } from '#server/services/forget-old-cursors.ts'
import type { Job } from './job.ts'

/** Forgets where old searches would go on, every hour. */
export const forgetOldCursors: Job = {
  name: 'forget-old-cursors',
  crontab: '41 * * * *',
  run: async ({ deps, logger }) => {
    const cursors = await forgetOnce(deps)
    if (cursors > 0) logger.info({ cursors }, 'places of old searches are forgotten')
  },
}
