import { spawnSync } from 'node:child_process'

/**
 * Writes the Prisma client to prisma/generated without the engine download that Prisma would start: generating needs
 * no engine, and the command is content with any executable file in its place.
 */
const { status } = spawnSync('prisma', ['generate', '--schema', 'prisma/schema.prisma', '--no-hints'], {
  stdio: ['ignore', process.argv.includes('--loud') ? 'inherit' : 'ignore', 'inherit'],
  env: {
    ...process.env,
    PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    CHECKPOINT_DISABLE: '1',
  },
})
process.exitCode = status ?? 1
