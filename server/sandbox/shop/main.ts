import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { makeCodecs } from './codecs.ts'
import { followControl, readControl, writeControl } from './control.ts'
import { createTopics } from './create-topics.ts'
import { endBursts } from './end-bursts.ts'
import { keepContracts } from './keep-contracts.ts'
import { makeServiceKit, untilItWorks } from './service-kit.ts'
import { runLegacy } from './services/legacy.ts'
import { type Breakage, breakageNames, defaultBreakages, defaultControl, hosts } from './shop-names.ts'

/**
 * The whole shop: topics, contracts, and a process for each host of services, started again when it falls. The parts that
 * nobody instrumented run here, beside no instrumentation.
 */
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

const chosenBreakages = (): Breakage[] =>
  (process.env.SHOP_BREAK ?? defaultBreakages.join(','))
    .split(',')
    .filter((name): name is Breakage => (breakageNames as readonly string[]).includes(name))

const children = new Map<string, ChildProcess>()
const closing: (() => unknown)[] = []
let stopping = false

const start = (host: string, services: readonly string[]): void => {
  const child = fork(here('run-services.ts'), [...services], {
    execArgv: [
      // A young generation that stays small: what is short-lived here is small, too.
      ...['--max-old-space-size=192', '--max-semi-space-size=4'],
      ...['--disable-warning=ExperimentalWarning', '--disable-warning=TimeoutNegativeWarning'],
    ],
    env: {
      ...process.env,
      OTEL_RESOURCE_ATTRIBUTES: `service.version=${process.env.SHOP_VERSION ?? '1.0.0'}`,
      OTEL_EXPORTER_OTLP_ENDPOINT: process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? 'http://127.0.0.1:4318',
      OTEL_NODE_RESOURCE_DETECTORS: 'env',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_BSP_SCHEDULE_DELAY: '1000',
    },
  })
  children.set(host, child)
  child.once('exit', (code) => {
    if (stopping) return
    console.error(`shop: ${services.join(', ')} ended with code ${code}; starting again`)
    setTimeout(() => {
      if (!stopping) start(host, services)
    }, 2_000)
  })
}

const stop = async (): Promise<void> => {
  if (stopping) return
  stopping = true
  const insist = setTimeout(() => process.exit(0), 6_000)
  const ended = [...children.values()].map(
    (child) =>
      new Promise<void>((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) resolve()
        else child.once('exit', () => resolve())
        child.kill('SIGTERM')
      }),
  )
  await Promise.allSettled([...ended, ...closing.map((close) => close())])
  clearTimeout(insist)
  process.exit(0)
}
process.once('SIGTERM', () => void stop())
process.once('SIGINT', () => void stop())

writeControl({
  rate: Number(process.env.SHOP_RATE ?? readControl()?.rate ?? defaultControl.rate),
  broken: readControl()?.broken ?? chosenBreakages(),
})
const control = followControl(defaultControl)
await untilItWorks('shop', createTopics)
const codecs = await untilItWorks('shop', () => makeCodecs())
closing.push(endBursts(control), keepContracts(control))
for (const [host, services] of Object.entries(hosts)) start(host, services)
const kit = await makeServiceKit({ service: 'legacy', codecs, control })
closing.push(() => kit.close())
await runLegacy(kit)
console.log(`shop: ${Object.values(hosts).flat().length + 2} services run in ${children.size + 1} processes`)
