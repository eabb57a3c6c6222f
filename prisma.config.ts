import { defineConfig } from 'prisma/config'

/** For the ordinary `prisma migrate` where it can run; Spillway itself applies its migrations without it. */
export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations' },
  ...(process.env.DATABASE_URL === undefined ? {} : { datasource: { url: process.env.DATABASE_URL } }),
})
