import { SamplingDecision, TraceFlags, trace } from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { NodeSDK, type NodeSDKConfiguration } from '@opentelemetry/sdk-node'
import type { ownServices } from './domain/traces/span-record.ts'
import { logger } from './logger.ts'
import { makeAllowance } from './trace-allowance.ts'

/**
 * Starts sending Spillway's own spans to an OTLP/HTTP endpoint such as http://127.0.0.1:4318; without one, does
 * nothing. Lists hide the service by its name. `rootsPerMinute` bounds the traces begun under one name: work that repeats every second would otherwise fill
 * the store with traces of nothing. Answers how to stop.
 */
export const startTracing = (
  serviceName: (typeof ownServices)[number],
  endpoint: string | undefined,
  rootsPerMinute = Number.POSITIVE_INFINITY,
): (() => Promise<void>) => {
  if (endpoint === undefined) return async () => {}
  const sdk = new NodeSDK({
    serviceName,
    traceExporter: new OTLPTraceExporter({ url: new URL('/v1/traces', endpoint).href }),
    sampler: makeSampler(rootsPerMinute),
    instrumentations: [],
  })
  sdk.start()
  logger.info({ endpoint, serviceName }, 'sending own spans')
  return () => sdk.shutdown().catch(() => {})
}

/** A span is kept when its parent is; of those without one, as many as allowed. */
const makeSampler = (rootsPerMinute: number): NonNullable<NodeSDKConfiguration['sampler']> => {
  const isAllowed = makeAllowance(rootsPerMinute)
  return {
    shouldSample: (context, _traceId, name) => {
      const parent = trace.getSpanContext(context)
      const isKept = parent
        ? (parent.traceFlags & TraceFlags.SAMPLED) !== 0
        : isAllowed(name, performance.now())
      return { decision: isKept ? SamplingDecision.RECORD_AND_SAMPLED : SamplingDecision.NOT_RECORD }
    },
    toString: () => `at most ${rootsPerMinute} traces a minute and name`,
  }
}
