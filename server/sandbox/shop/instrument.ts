import { AsyncLocalStorage } from 'node:async_hooks'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs'
import { NodeSDK } from '@opentelemetry/sdk-node'

/**
 * Several services share a process, and each is a service of its own in its traces: the sampler notes on every span in
 * whose work it was begun, and the exporter gives it that service's resource.
 */
const identity = new AsyncLocalStorage<string>()
const mark = 'shop.service'
const recordAndSample = 2
const flushTimeoutMs = 2_000

type Export = OTLPTraceExporter['export']
type ReadableSpan = Parameters<Export>[0][number]
type Resource = ReadableSpan['resource']

/** Runs work, and all that it begins, as one service. */
export const runAsService = <T>(service: string, work: () => T): T => identity.run(service, work)

const resources = new Map<string, Resource>()
const resourceOf = (service: string, shared: Resource): Resource => {
  const known = resources.get(service)
  if (known) return known
  const attributes = { ...shared.attributes, 'service.name': service }
  const resource: Resource = Object.create(shared, { attributes: { value: attributes } })
  resources.set(service, resource)
  return resource
}

const asOfItsService = (span: ReadableSpan): ReadableSpan => {
  const { [mark]: service, ...attributes } = span.attributes
  const resource = resourceOf(String(service), span.resource)
  return Object.create(span, { attributes: { value: attributes }, resource: { value: resource } })
}

const exporter = new OTLPTraceExporter()
const exportSpans: Export = exporter.export.bind(exporter)
exporter.export = (spans, done) => exportSpans(spans.map(asOfItsService), done)

const sdk = new NodeSDK({
  instrumentations: [new KafkaJsInstrumentation()],
  traceExporter: exporter,
  sampler: {
    shouldSample: () => ({
      decision: recordAndSample,
      attributes: { [mark]: identity.getStore() ?? 'shop' },
    }),
    toString: () => 'all, marked with their service',
  },
})
sdk.start()

/** Sends what spans are waiting, within 2 s: called before the process exits. */
export const flushSpans = async (): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, flushTimeoutMs)
  })
  await Promise.race([sdk.shutdown().catch(() => {}), late])
  clearTimeout(timer)
}
