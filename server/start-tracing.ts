import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK } from '@opentelemetry/sdk-node'
import { logger } from './logger.ts'

/**
 * Starts sending Spillway's own spans to an OTLP/HTTP endpoint such as http://127.0.0.1:4318; without one, does
 * nothing. The service name begins with `spillway-`, by which lists hide it. Answers how to stop.
 */
export const startTracing = (serviceName: string, endpoint: string | undefined): (() => Promise<void>) => {
  if (endpoint === undefined) return async () => {}
  const sdk = new NodeSDK({
    serviceName,
    traceExporter: new OTLPTraceExporter({ url: new URL('/v1/traces', endpoint).href }),
    instrumentations: [],
  })
  sdk.start()
  logger.info({ endpoint, serviceName }, 'sending own spans')
  return () => sdk.shutdown().catch(() => {})
}
