import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { isKnownHost, type KnownHosts } from '#server/known-hosts.ts'

export type WorkerMetrics = {
  readonly registry: Registry
  readonly steps: Histogram<'name' | 'outcome'>
  readonly leasesHeld: Gauge<'loop'>
  readonly strayErrors: Counter<'kind'>
}

/** The metrics of one worker process. */
export const makeWorkerMetrics = (): WorkerMetrics => {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry, prefix: 'spillway_' })
  return {
    registry,
    steps: new Histogram({
      name: 'spillway_worker_step_seconds',
      help: 'Time of one step of a loop or job, by name and outcome',
      labelNames: ['name', 'outcome'],
      buckets: [0.01, 0.05, 0.2, 0.5, 1, 3, 10, 30],
      registers: [registry],
    }),
    leasesHeld: new Gauge({
      name: 'spillway_worker_leases_held',
      help: 'Leases that this worker holds, by loop',
      labelNames: ['loop'],
      registers: [registry],
    }),
    strayErrors: new Counter({
      name: 'spillway_worker_stray_errors_total',
      help: 'Errors that no step caught, by kind',
      labelNames: ['kind'],
      registers: [registry],
    }),
  }
}

/**
 * Serves /metrics and /health on loopback; port 0 takes a free one. Health is 200 while the last heartbeat reached the
 * database less than 12 s ago, otherwise 503. Requests under a name that is not known get 403.
 */
export const serveMetrics = async (
  port: number,
  knownHosts: KnownHosts,
  metrics: WorkerMetrics,
  health: () => { readonly healthy: boolean; readonly workerId: string; readonly lastBeatAt: number | null },
): Promise<{ readonly port: number; close(): Promise<void> }> => {
  const server = createServer((request, response) => {
    const path = request.url?.split('?')[0]
    if (!isKnownHost(request.headers.host, knownHosts))
      response.writeHead(403).end('The Host of this request is not known here.\n')
    else if (path === '/metrics')
      void metrics.registry.metrics().then(
        (text) => response.setHeader('content-type', metrics.registry.contentType).end(text),
        () => response.writeHead(500).end(),
      )
    else if (path === '/health') {
      const state = health()
      response
        .writeHead(state.healthy ? 200 : 503, { 'content-type': 'application/json' })
        .end(JSON.stringify(state))
    } else response.writeHead(404).end()
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
