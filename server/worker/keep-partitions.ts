import { ensurePartitions } from '#server/services/ensure-partitions.ts'
import type { Job } from './job.ts'

/** Makes the day partitions that are needed soon and drops those past their retention, every hour. */
export const keepPartitions: Job = {
  name: 'keep-partitions',
  crontab: '7 * * * *',
  run: async ({ deps, logger }) => {
    const changed = await ensurePartitions(deps)
    if (changed.created.length + changed.dropped.length > 0) logger.info(changed, 'partitions changed')
  },
}
