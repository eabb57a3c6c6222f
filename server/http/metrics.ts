import { collectDefaultMetrics, Histogram, Registry } from 'prom-client'

type Metrics = { readonly registry: Registry; readonly requests: Histogram<'method' | 'path' | 'status'> }

const make = (): Metrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'spillway_' })
  const requests = new Histogram({
    name: 'spillway_http_request_seconds',
    help: 'Time to answer a request of the API, by endpoint and status',
    labelNames: ['method', 'path', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.15, 0.5, 1, 3, 10],
    registers: [registry],
  })
  return { registry, requests }
}

const kept = globalThis as typeof globalThis & { spillwayMetrics?: Metrics }

/** Metrics of this process. Next bundles each route apart, so what is one a process lives on the global object. */
export const metrics = (): Metrics => {
  kept.spillwayMetrics ??= make()
  return kept.spillwayMetrics
}
