import { metrics } from '#server/http/metrics.ts'

/** Metrics of this web process in Prometheus' text format. */
export const GET = async (): Promise<Response> => {
  const { registry } = metrics()
  return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } })
}
