import { request } from 'node:http'
import { expect, it } from 'vitest'
import { readKnownHosts } from '#server/known-hosts.ts'
import { makeWorkerMetrics, serveMetrics } from './worker-metrics.ts'

it('metrics and health are told under known names only', async () => {
  const health = () => ({ healthy: true, workerId: 'one', lastBeatAt: null })
  const server = await serveMetrics(0, readKnownHosts('Scraper.example:9100'), makeWorkerMetrics(), health)
  const statusOf = (path: string, host: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      request({ host: '127.0.0.1', port: server.port, path, headers: { host } }, (response) => {
        response.resume()
        resolve(response.statusCode)
      })
        .on('error', reject)
        .end()
    })
  try {
    for (const path of ['/metrics', '/health']) {
      expect(await statusOf(path, `localhost:${server.port}`)).toBe(200)
      expect(await statusOf(path, 'scraper.example')).toBe(200)
      expect(await statusOf(path, 'evil.example')).toBe(403)
    }
  } finally {
    await server.close()
  }
})
