import { register } from 'node:module'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto'
import { KafkaJsInstrumentation } from '@opentelemetry/instrumentation-kafkajs'
import { NodeSDK } from '@opentelemetry/sdk-node'

// kafkajs imported from ES modules is instrumented only through this hook.
register('@opentelemetry/instrumentation/hook.mjs', import.meta.url)

/** Preloaded (`--import`) into every traced service: the SDK as a user's service would have it. */
const sdk = new NodeSDK({
  instrumentations: [new KafkaJsInstrumentation()],
  traceExporter: new OTLPTraceExporter(),
})
sdk.start()

process.once('beforeExit', () => void sdk.shutdown().catch(() => {}))
