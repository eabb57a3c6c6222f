import { defineConfig } from 'vitest/config'

const sources = '{app,components,server,prisma,e2e}/**'

/** `unit` needs nothing but Node; `stack` runs on the real Kafka, registry and PostgreSQL that the sandbox starts. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: [`${sources}/*.test.{ts,tsx}`],
          exclude: [`${sources}/*.stack.test.ts`],
          // Hundreds of compiled schemas in one property take long on a machine that does other things, too.
          testTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'stack',
          include: [`${sources}/*.stack.test.ts`],
          globalSetup: ['./server/sandbox/stack/vitest-stack.ts'],
          // A machine that does much else takes long; what waits for something says itself how long it may take.
          testTimeout: 120_000,
          hookTimeout: 180_000,
          expect: { poll: { timeout: 10_000 } },
          // They wait for brokers, leases and quiet periods far more than they compute: two at once, each with topics and a
          // database of its own.
          maxWorkers: 2,
          // kafkajs, which only the sandbox and the tests use, counts a timer from -1 instead of from now whenever it is
          // not throttled (requestQueue, scheduleCheckPendingRequests). No part of the worker loads it.
          execArgv: ['--disable-warning=TimeoutNegativeWarning'],
        },
      },
    ],
  },
})
