import { randomUUID } from 'node:crypto'
import type { NextConfig } from 'next'

const config: NextConfig = {
  poweredByHeader: false,
  // Put into the server and the page alike: a page knows an answer of its own build (server/contracts/build.ts).
  env: { SPILLWAY_BUILD: randomUUID() },
  // Types are checked by `npm run check`, once.
  typescript: { ignoreBuildErrors: true },
  // Loaded from node_modules as they are: native parts, workers, files read at run time.
  serverExternalPackages: [
    '@opentelemetry/api',
    '@opentelemetry/exporter-trace-otlp-proto',
    '@opentelemetry/sdk-node',
    '@platformatic/kafka',
    '@prisma/adapter-pg',
    '@prisma/client',
    '@prisma/driver-adapter-utils',
    '@prisma/schema-engine-wasm',
    'avsc',
    'graphile-worker',
    'kafkajs',
    'lz4-napi',
    'pg',
    'pino',
    'piscina',
    'prom-client',
    'protobufjs',
    'snappy',
  ],
}

export default config
