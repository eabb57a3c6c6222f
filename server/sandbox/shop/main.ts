import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { Kafka, logLevel } from 'kafkajs'
import { makeCodecs } from './codecs.ts'
import { readControl, writeControl } from './control.ts'
import { untilItWorks } from './service-kit.ts'
import {
  type Breakage,
  breakageNames,
  type ServiceName,
  topics,
  tracedServices,
  untracedService,
} from './shop-names.ts'

/** The whole shop: topics, contracts, and one process a service, each started again when it falls. */
const brokers = (process.env.KAFKA_BROKERS ?? '127.0.0.1:9092').split(',')
const registryUrl = process.env.SCHEMA_REGISTRY_URL ?? 'http://127.0.0.1:8081/apis/ccompat/v7'
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const createTopics = async (): Promise<void> => {
  const admin = new Kafka({ clientId: 'shop', brokers, logLevel: logLevel.NOTHING }).admin()
  await admin.connect()
  const existing = new Set(await admin.listTopics())
  await admin.createTopics({
    topics: Object.entries(topics)
      .filter(([topic]) => !existing.has(topic))
      .map(([topic, { partitions, settings }]) => ({
        topic,
        numPartitions: partitions,
        configEntries: Object.entries(settings).map(([name, value]) => ({ name, value })),
      })),
  })
  await admin.disconnect()
}

const chosenBreakages = (): Breakage[] =>
  (process.env.SHOP_BREAK ?? 'payment-bug,slow-inventory,poison-payload')
    .split(',')
    .filter((name): name is Breakage => (breakageNames as readonly string[]).includes(name))

const children = new Map<ServiceName, ChildProcess>()
let stopping = false

const start = (name: ServiceName): void => {
  const isTraced = name !== untracedService
  const child = fork(here('run-service.ts'), [name], {
    execArgv: [
      '--max-old-space-size=128',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=TimeoutNegativeWarning',
      ...(isTraced ? ['--import', here('instrument.ts')] : []),
    ],
    env: {
      ...process.env,
      OTEL_SERVICE_NAME: name,
      OTEL_RESOURCE_ATTRIBUTES: `service.version=${process.env.SHOP_VERSION ?? '1.0.0'}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://127.0.0.1:4318',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      OTEL_BSP_SCHEDULE_DELAY: '1000',
    },
  })
  children.set(name, child)
  child.once('exit', (code) => {
    if (stopping) return
    console.error(`shop: ${name} ended with code ${code}; starting it again`)
    setTimeout(() => start(name), 2_000)
  })
}

const stop = (): void => {
  if (stopping) return
  stopping = true
  for (const child of children.values()) child.kill('SIGTERM')
  const leave = () => {
    if ([...children.values()].every(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null))
      process.exit(0)
  }
  setInterval(leave, 100)
  setTimeout(() => process.exit(0), 5_000)
}
process.once('SIGTERM', stop)
process.once('SIGINT', stop)

writeControl({
  rate: Number(process.env.SHOP_RATE ?? readControl()?.rate ?? 5),
  broken: readControl()?.broken ?? chosenBreakages(),
})
await untilItWorks('shop', createTopics)
await untilItWorks('shop', () => makeCodecs(registryUrl))
for (const name of [untracedService, ...tracedServices].reverse() as ServiceName[]) start(name)
console.log(`shop: ${children.size} processes started`)
