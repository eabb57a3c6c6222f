import { spawn } from 'node:child_process'
import { composition } from '#server/composition.ts'
import { logger } from '#server/logger.ts'
import { startTracing } from '#server/start-tracing.ts'

const againAfterMs = 5_000

/** Migrations run in a process of their own: their engine reads files by path, which a bundle does not have. */
const applyMigrations = (): void => {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'server/apply-migrations.ts'],
    {
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  )
  child.once('exit', (code) => {
    if (code === 0) return
    logger.error({ code }, 'the database could not be brought up to date; trying again')
    setTimeout(applyMigrations, againAfterMs).unref()
  })
}

/**
 * What the web process does before it answers: traces itself, puts itself together and brings the database's tables up to
 * date, and has a thread ready for searches. A database that is down does not keep it from starting: pages then say so,
 * and it is tried again.
 */
export const startWeb = (): void => {
  const { env, deps } = composition()
  startTracing('spillway-web', env.SPILLWAY_TRACES_ENDPOINT)
  applyMigrations()
  // Beside the rest, by a thread that gives way: the first search does not wait for it to load.
  deps.scanner.start()
}
