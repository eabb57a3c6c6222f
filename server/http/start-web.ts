import { composition } from '#server/composition.ts'
import { logger } from '#server/logger.ts'
import { applyMigrations } from '#server/repositories/migrate.ts'
import { startTracing } from '#server/start-tracing.ts'

/**
 * What the web process does before it answers: traces itself, puts itself together and brings the database's tables
 * up to date. A database that is down does not keep it from starting: pages then say so, and it is tried again.
 */
export const startWeb = async (): Promise<void> => {
  startTracing('spillway-web', process.env.SPILLWAY_TRACES_ENDPOINT)
  const { deps } = composition()
  const migrate = async (): Promise<void> => {
    try {
      await applyMigrations(deps.db.url)
    } catch (error) {
      logger.error({ err: error }, 'the database could not be brought up to date; trying again in 5 s')
      setTimeout(() => void migrate(), 5_000).unref()
    }
  }
  void migrate()
}
