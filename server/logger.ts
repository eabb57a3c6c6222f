import pino from 'pino'

/** One JSON line an event on standard output. `part` names the process: web or worker. */
export const logger = pino({
  level: process.env.LOG_LEVEL ?? 'info',
  base: { part: process.env.SPILLWAY_PART ?? 'web' },
  redact: { paths: ['*.password', '*.authorization', '*.cookie', 'databaseUrl'], censor: '***' },
})
